import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HookMap, Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import {
  endless,
  guide,
  longQuestion,
  openTestEngines,
  pidOf,
  question,
  sampling,
  type TestEngines,
  untilPool,
} from '#server/worker/testing/engines.ts';
import type { GenerationRequest, Generations } from './generation.ts';
import { createGenerations } from './generations.ts';
import { createRecorder, type Recorder } from './testing/recorder.ts';

const entry: ModelEntry = {
  id: 'guide',
  name: 'Guide',
  path: guide.path,
  quantization: null,
  contextWindow: 0,
  memoryBytes: null,
  builtIn: true,
};

let engines: TestEngines;
let generations: Generations;

beforeAll(() => {
  open();
});

afterAll(close);

async function close(): Promise<void> {
  await generations.close();
  await engines.close();
}

/** An engine pool of its own for each test, for what would disturb the others. */
function useOwnEngines(): void {
  beforeEach(async () => {
    await close();
    open();
  });
}

function open(changes: Parameters<typeof openTestEngines>[0] = {}): void {
  engines = openTestEngines(changes);
  const source: HookMap['modelSource'] = { find: async (id) => (id === 'guide' ? entry : undefined) };
  const hooks = { register() {}, all: () => [source] } as unknown as Hooks;
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
}

function request(changes: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    id: '01JD0000000000000000000000',
    modelId: 'guide',
    messages: [{ role: 'user', content: question }],
    sampling: sampling({ max_tokens: 400 }),
    resume: null,
    ...changes,
  };
}

function start(changes: Partial<GenerationRequest> = {}): Recorder {
  const recorder = createRecorder();
  generations.start(request(changes), recorder.sink);
  return recorder;
}

describe('an answer', () => {
  it('arrives in order, journaled with its tokens, and ends once', async () => {
    const recorder = start();
    const result = await recorder.result;
    const { deltas, pieces, calls } = recorder;
    expect(result.error).toBeNull();
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, index) => index + 1));
    expect(recorder.tokenIds()).toHaveLength(result.usage.completion_tokens);
    expect(deltas.at(-1)?.tokens).toBe(result.usage.completion_tokens);
    expect(pieces.map(({ text }) => text).join('')).toBe(recorder.text());
    expect(pieces.flatMap(({ tokenIds }) => tokenIds)).toEqual(recorder.tokenIds());
    expect(pieces.at(-1)).toMatchObject({ seq: deltas.at(-1)?.seq, tokens: deltas.at(-1)?.tokens });
    expect(calls.at(-1)).toBe('finished');
    expect(calls.filter((call) => call === 'finished')).toHaveLength(1);
    expect(calls.filter((call) => call === 'admitted')).toHaveLength(1);
    expect(generations.running(request().id)).toBe(false);
  });

  it('says where it is: loading, prefill, answering', async () => {
    await engines.pool.unload('guide');
    const recorder = start();
    const { timings } = await recorder.result;
    const phases = recorder.states.map(({ phase }) => phase);
    const distinct = phases.filter((phase, index) => phase !== phases[index - 1]);
    expect(distinct).toEqual(['loading', 'prefill', 'answering']);
    expect(timings.load).toBeGreaterThan(0);
    expect(timings.first_token).toBeGreaterThan(timings.load);
  });

  it('tells no load time once the model is resident', async () => {
    await start().result;
    const { timings } = await start().result;
    expect(timings.load).toBe(0);
  });

  it('reuses after an unload what the engine before it kept on the disk', async () => {
    const content = 'Answer in full sentences, and say where a thing is found on the screen. '.repeat(4);
    const messages = [
      { role: 'system' as const, content },
      { role: 'user' as const, content: question },
    ];
    const first = await start({ messages }).result;
    const folder = join(engines.home, 'cache', 'prompts');
    // Unfinished files have another name.
    const written = () => globSync('*/*-????????.safetensors', { cwd: folder });
    await vi.waitFor(() => expect(written()).not.toEqual([]), { timeout: 30_000 });
    await engines.pool.unload('guide');
    const recorder = start({ messages });
    const { usage, cache, finishReason } = await recorder.result;
    expect(finishReason).toBe(first.finishReason);
    expect(cache).toMatchObject({ from: 'disk', reused_tokens: usage.cached_tokens });
    expect(usage.cached_tokens).toBe(usage.prompt_tokens - 1);
  });

  it('can be followed from any point by a browser that comes back', async () => {
    const recorder = start({ sampling: endless });
    await recorder.tokens(20);
    const { seq } = recorder.deltas[0]!;
    const live = generations.live(request().id, seq)!;
    expect(live.state).toEqual({ phase: 'answering' });
    generations.stop(request().id);
    await recorder.result;
    const between = recorder.deltas.filter((delta) => delta.seq > seq && delta.seq <= live.seq);
    expect(live.text).toBe(between.map(({ text }) => text).join(''));
    expect(generations.live(request().id, seq)).toBeUndefined();
  });

  it('goes on from journaled tokens as if never cut', async () => {
    const whole = start();
    await whole.result;
    // At least two: the first leaves at once.
    const deltas = whole.deltas.slice(0, Math.floor(whole.deltas.length / 2));
    const resume = {
      seq: deltas.at(-1)!.seq,
      text: deltas.map(({ text }) => text).join(''),
      reasoning: '',
      tokenIds: deltas.flatMap(({ tokenIds }) => tokenIds),
    };
    const rest = start({ resume });
    const { usage } = await rest.result;
    expect(resume.text + rest.text()).toBe(whole.text());
    expect([...resume.tokenIds, ...rest.tokenIds()]).toEqual(whole.tokenIds());
    expect(rest.deltas[0]?.seq).toBe(resume.seq + 1);
    expect(usage.completion_tokens).toBe(whole.tokenIds().length);
  });

  it('keeps what it has when the sink cannot write, and writes it later', async () => {
    const recorder = createRecorder();
    const { sink } = recorder;
    let full = true;
    generations.start(request(), {
      ...sink,
      journal(piece) {
        if (full) throw new Error('disk full');
        sink.journal(piece);
      },
    });
    await recorder.tokens(30);
    full = false;
    await recorder.result;
    expect(recorder.pieces.map(({ text }) => text).join('')).toBe(recorder.text());
  });
});

describe('a batch of many rows', () => {
  it('takes no place from whoever waits for an answer', async () => {
    const batch = Array.from({ length: 17 }, (_, index) =>
      start({ id: `batch-${index}`, priority: 'batch', sampling: endless }),
    );
    await Promise.all(batch.slice(0, 16).map((recorder) => recorder.tokens(1)));
    expect(batch[16]!.states).toEqual([{ phase: 'queued', position: 1 }]);
    const urgent = start({ sampling: sampling({ max_tokens: 4 }) });
    expect((await urgent.result).finishReason).toBe('length');
    expect(urgent.states.some(({ phase }) => phase === 'queued')).toBe(false);
    for (const index of batch.keys()) generations.stop(`batch-${index}`);
    await Promise.all(batch.map(({ result }) => result));
  });
});

describe('Stop', () => {
  it('ends a running answer as cancelled, keeping what was written', async () => {
    const recorder = start({ sampling: endless });
    await recorder.tokens(5);
    expect(generations.stop(request().id)).toBe(true);
    const result = await recorder.result;
    expect(result.finishReason).toBe('cancelled');
    expect(result.usage.completion_tokens).toBe(recorder.tokenIds().length);
    expect(result.usage.completion_tokens).toBeLessThan(2_000);
    expect(generations.stop(request().id)).toBe(false);
  });

  it('ends an answer whose model is still loading, and the load with it', async () => {
    await engines.pool.unload('guide');
    const recorder = start();
    await recorder.state('loading');
    generations.stop(request().id);
    expect((await recorder.result).finishReason).toBe('cancelled');
    await untilPool(engines.pool, () => engines.pool.list().length === 0);
  });
});

describe('a failure', () => {
  it('names a model that is not there', async () => {
    const recorder = start({ modelId: 'gone' });
    expect(await recorder.result).toMatchObject({ finishReason: 'error', error: { code: 'not_found' } });
  });

  it('tells the numbers of a prompt that is too long', async () => {
    const recorder = start({ messages: [{ role: 'user', content: 'token '.repeat(20_000) }] });
    expect(await recorder.result).toMatchObject({
      finishReason: 'error',
      error: { code: 'context_overflow', details: { context_window: expect.any(Number) } },
    });
  });
});

describe('a death of the engine', () => {
  useOwnEngines();
  afterAll(async () => {
    await close();
    open();
  });

  const messages = [{ role: 'user' as const, content: longQuestion }];

  it('costs no token and doubles none, greedy', async () => {
    const undisturbed = start({ messages });
    await undisturbed.result;
    const recorder = start({ messages });
    await recorder.tokens(10);
    process.kill(pidOf(engines.pool, 'guide'), 'SIGKILL');
    const result = await recorder.result;
    expect(recorder.reasons).toEqual([expect.stringContaining('SIGKILL')]);
    expect(recorder.states).toContainEqual({ phase: 'restarting', attempt: 1, reason: recorder.reasons[0] });
    expect(recorder.text()).toBe(undisturbed.text());
    expect(recorder.tokenIds()).toEqual(undisturbed.tokenIds());
    expect(recorder.deltas.map(({ seq }) => seq)).toEqual(recorder.deltas.map((_, index) => index + 1));
    expect(result.usage.completion_tokens).toBe(undisturbed.tokenIds().length);
  });

  it('costs no token and doubles none, with a seed the engine drew', async () => {
    const options = { max_tokens: 300, temperature: 5 };
    const recorder = start({ sampling: sampling(options) });
    await recorder.tokens(10);
    process.kill(pidOf(engines.pool, 'guide'), 'SIGKILL');
    const { seed, usage } = await recorder.result;
    expect(recorder.reasons).toHaveLength(1);
    // Fewer than were asked for where the seed draws an end token.
    expect(recorder.tokenIds()).toHaveLength(usage.completion_tokens);
    const undisturbed = start({ sampling: sampling({ ...options, seed }) });
    await undisturbed.result;
    // Another seed or place would show at once; much later, chance may meet two tokens that only last bits tell apart.
    const compared = recorder.tokensAtDeath() + 30;
    expect(recorder.tokenIds().slice(0, compared)).toEqual(undisturbed.tokenIds().slice(0, compared));
  });

  it('is seen in an engine that hangs, which is replaced', async () => {
    await close();
    open({ limits: { stepMs: 4_000 } });
    const undisturbed = start({ messages });
    await undisturbed.result;
    const recorder = start({ messages });
    await recorder.tokens(10);
    process.kill(pidOf(engines.pool, 'guide'), 'SIGSTOP');
    await recorder.result;
    expect(recorder.reasons).toEqual([expect.stringContaining('no progress')]);
    expect(recorder.text()).toBe(undisturbed.text());
  });

  it('can be answered with Stop while the engine restarts', async () => {
    const recorder = start({ sampling: endless });
    await recorder.tokens(10);
    process.kill(pidOf(engines.pool, 'guide'), 'SIGKILL');
    await recorder.state('restarting');
    generations.stop(request().id);
    expect((await recorder.result).finishReason).toBe('cancelled');
  });

  it('ends the answer with the reason after the third', async () => {
    const recorder = start({ sampling: endless });
    for (let death = 1; death <= 3; death += 1) {
      await untilPool(engines.pool, () => engines.pool.list()[0]?.activeRows === 1);
      process.kill(pidOf(engines.pool, 'guide'), 'SIGKILL');
      await untilPool(engines.pool, () => engines.pool.list()[0]?.activeRows === 0);
    }
    expect(await recorder.result).toMatchObject({
      finishReason: 'error',
      error: { code: 'engine_failed', message: expect.stringContaining('SIGKILL') },
    });
  });
});

describe('count', () => {
  it('tells what a send would prefill, loading the model first', async () => {
    const { messages } = request();
    const count = await generations.count('guide', messages, 'a draft');
    expect(count).toMatchObject({ perMessage: [expect.any(Number)], contextWindow: expect.any(Number) });
    const recorder = start();
    const { usage } = await recorder.result;
    expect(usage.prompt_tokens).toBe(count.tokens);
  });
});

describe('close', () => {
  useOwnEngines();

  it('journals what there is and leaves the answer to the next daemon', async () => {
    const recorder = start({ sampling: endless });
    await recorder.tokens(10);
    await generations.close();
    expect(recorder.calls).not.toContain('finished');
    expect(recorder.pieces.flatMap(({ tokenIds }) => tokenIds)).toEqual(recorder.tokenIds());
    expect(() => generations.start(request(), recorder.sink)).toThrow(/stopping/);
  });
});
