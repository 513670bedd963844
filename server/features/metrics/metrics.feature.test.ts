import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { FeatureContext } from '#server/feature.ts';
import { type ActivityOwner, createActivity } from '#server/generation/activity.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createGenerations } from '#server/generation/generations.ts';
import { createRecorder, type Recorder } from '#server/generation/testing/recorder.ts';
import { createHooks } from '#server/kernel/hooks.ts';
import {
  endless,
  guide,
  openTestEngines,
  question,
  sampling,
  type TestEngines,
} from '#server/worker/testing/engines.ts';
import type { MetricsEvents, MetricsSample } from './contract.ts';
import { metricsFeature } from './metrics.ts';

let engines: TestEngines;
let database: Database;
let generations: Generations;
let activity: ActivityOwner;
let room: Room;
let ids = 0;

interface Room {
  /** How many browsers watch. */
  listeners: number;
  samples: MetricsSample[];
  history(detail?: string): Promise<any>;
  /** Resolves with the first sample, of those to come, that `wanted` accepts. */
  next(wanted: (sample: MetricsSample) => boolean): Promise<MetricsSample>;
  stop(): void;
}

beforeEach(() => {
  engines = openTestEngines();
  database = openTestDatabase();
  activity = createActivity(engines.pool);
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async () => ({
      ...{ id: 'guide', name: 'Guide', path: guide.path, quantization: null },
      ...{ contextWindow: 0, memoryBytes: null, builtIn: true },
    }),
  });
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log, activity });
  room = openRoom();
});

afterEach(async () => {
  room.stop();
  await generations.close();
  await engines.close();
  database.close();
});

function openRoom(): Room {
  const samples: MetricsSample[] = [];
  const waiting = new Set<(sample: MetricsSample) => void>();
  const parts = metricsFeature.setup({
    ...{ activity, database, log: engines.log },
    events: {
      listeners: () => opened.listeners,
      emit: (_topic: string, _event: string, sample: MetricsSample) => {
        samples.push(sample);
        for (const wake of waiting) wake(sample);
      },
    },
  } as unknown as FeatureContext<MetricsEvents>);
  const opened: Room = {
    listeners: 1,
    samples,
    history: async (detail = 'fine') =>
      (await parts.routes!.request(`/metrics/history?detail=${detail}`)).json(),
    next: (wanted) =>
      new Promise((resolve) => {
        const wake = (sample: MetricsSample) => {
          if (!wanted(sample)) return;
          waiting.delete(wake);
          resolve(sample);
        };
        waiting.add(wake);
      }),
    stop: () => void parts.stop?.(),
  };
  void parts.start?.();
  return opened;
}

function start(changes: Partial<ReturnType<typeof sampling>> = {}): Recorder {
  const recorder = createRecorder();
  ids += 1;
  generations.start(
    {
      ...{ id: `answer-${ids}`, modelId: 'guide', resume: null },
      messages: [{ role: 'user', content: question }],
      sampling: { ...sampling({ max_tokens: 400 }), ...changes },
    },
    recorder.sink,
  );
  return recorder;
}

describe('while an answer is written', () => {
  it('tells its speed, and what its engine and the daemon hold', async () => {
    const answer = start(endless);
    const sample = await room.next(
      ({ tokens_per_second, models }) => tokens_per_second > 0 && typeof models[0]?.active_bytes === 'number',
    );
    generations.stop(`answer-${ids}`);
    await answer.result;
    const [engine] = sample.models;
    expect(sample).toMatchObject({ running: 1, queued: 0 });
    expect(engine).toMatchObject({ model_id: 'guide', running: 1 });
    expect((engine?.tokens_per_second ?? 0) / sample.tokens_per_second).toBeCloseTo(1, 1);
    expect(engine?.active_bytes).toBeGreaterThan(1e6);
    expect(engine?.peak_bytes).toBeGreaterThanOrEqual(engine?.active_bytes ?? Number.NaN);
    expect(engine?.process_bytes).toBeGreaterThan(engine?.active_bytes ?? Number.NaN);
    expect(sample.daemon_bytes).toBeGreaterThan(20e6);
  });

  it('tells the same speed as the answer itself', async () => {
    const answer = start({ ...endless, max_tokens: 300 });
    const { timings } = await answer.result;
    room.stop();
    const seconds = (await room.history('quarter')).points;
    const own = seconds.at(-1).tokens_per_second;
    expect(own / timings.tokens_per_second).toBeGreaterThan(0.9);
    expect(own / timings.tokens_per_second).toBeLessThan(1.1);
  });

  it('measures about ten times a second, and falls quiet afterwards', async () => {
    await start().result;
    const { timings } = await start({ ...endless, max_tokens: 300 }).result;
    const { points } = await room.history();
    const busy = points.filter(({ tokens }: { tokens: number }) => tokens > 0);
    expect(busy.length).toBeGreaterThan(Math.min(5, timings.decode * 5));
    expect(Math.min(...busy.map(({ ms }: { ms: number }) => ms))).toBeLessThanOrEqual(150);
    await room.next(({ running, tokens_per_second }) => running === 0 && tokens_per_second === 0);
  });

  it('sends nothing while nobody watches, and keeps it all the same', async () => {
    room.listeners = 0;
    const before = room.samples.length;
    const { usage } = await start().result;
    expect(room.samples).toHaveLength(before);
    room.stop();
    const { points, answers } = await room.history('minute');
    const tokens = points.reduce((sum: number, point: any) => sum + point.tokens, 0);
    expect(tokens).toBe(usage.completion_tokens);
    expect(answers).toMatchObject([
      { id: `answer-${ids}`, prompt_tokens: usage.prompt_tokens, first_token: expect.any(Number) },
    ]);
  });
});

describe('the history', () => {
  it('outlives the daemon', async () => {
    const { usage } = await start().result;
    room.stop();
    room = openRoom();
    const { points, now } = await room.history('second');
    expect(points.reduce((sum: number, point: any) => sum + point.tokens, 0)).toBe(usage.completion_tokens);
    expect(now).toMatchObject({ running: 0, tokens_per_second: 0 });
  });
});
