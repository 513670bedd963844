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
import type { MetricsEvents, MetricsPoint, MetricsSample } from './contract.ts';
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

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

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
    expect(engine?.tokens_per_second).toBeGreaterThan(0);
    expect(engine?.active_bytes).toBeGreaterThan(1e6);
    expect(engine?.peak_bytes).toBeGreaterThanOrEqual(engine?.active_bytes ?? Number.NaN);
    expect(engine?.process_bytes).toBeGreaterThan(engine?.active_bytes ?? Number.NaN);
    expect(sample.daemon_bytes).toBeGreaterThan(20e6);
  });

  it('tells as its speed every token of the answer by the time in which they arrived', async () => {
    const { usage } = await start({ ...endless, max_tokens: 300 }).result;
    room.stop();
    const { points } = await room.history('quarter');
    const written = points.filter(({ tokens }: MetricsPoint) => tokens > 0);
    const seconds = written.map((point: MetricsPoint) => point.tokens / (point.tokens_per_second ?? 0));
    expect(sum(written.map(({ tokens }: MetricsPoint) => tokens))).toBe(usage.completion_tokens);
    expect(sum(seconds)).toBeCloseTo(activity.total().ms / 1_000, 6);
  });

  it('measures without a gap, and falls quiet afterwards', async () => {
    await start().result;
    await start({ ...endless, max_tokens: 300 }).result;
    await room.next(({ running, tokens_per_second }) => running === 0 && tokens_per_second === 0);
    const { points } = await room.history();
    const ends = points.map(({ at, ms }: MetricsPoint) => at + ms);
    expect(points.slice(1).map(({ at }: MetricsPoint) => at)).toEqual(ends.slice(0, -1));
  });

  it('sends nothing while nobody watches, and keeps it all the same', async () => {
    room.listeners = 0;
    const before = room.samples.length;
    const { usage } = await start().result;
    expect(room.samples).toHaveLength(before);
    room.stop();
    const { points, answers } = await room.history('minute');
    expect(sum(points.map(({ tokens }: MetricsPoint) => tokens))).toBe(usage.completion_tokens);
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
    expect(sum(points.map(({ tokens }: MetricsPoint) => tokens))).toBe(usage.completion_tokens);
    expect(now).toMatchObject({ running: 0, tokens_per_second: 0 });
  });
});
