import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '#server/kernel/config.ts';
import { BUILT_IN_EMBEDDER, findBuiltInEmbedder } from './built-in-embedder.ts';
import type { EngineClient } from './client.ts';
import type { LoadReceipt } from './protocol.ts';
import { openTestEngines, type TestEngines } from './testing/engines.ts';

let engines: TestEngines;
let client: EngineClient;
let receipt: LoadReceipt;

beforeAll(async () => {
  engines = openTestEngines();
  const embedder = findBuiltInEmbedder(readConfig());
  if (!embedder) throw new Error('the engines are not set up');
  ({ client, receipt } = await engines.pool.acquire(embedder));
});

afterAll(() => engines.close());

const dot = (a: number[] = [], b: number[] = []) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `function number${index}(a, b) { return a + b * ${index}; }`);

describe('the built-in embedder', () => {
  it('is found, loads and says what it is', () => {
    expect(engines.pool.list()).toMatchObject([{ modelId: BUILT_IN_EMBEDDER, state: 'ready' }]);
    expect(receipt).toMatchObject({ architecture: 'bert', context_window: 256 });
  });

  it('is not found where the engines are not set up', () => {
    expect(findBuiltInEmbedder({ python: '/nowhere/bin/python' })).toBeNull();
  });

  it('puts texts of like meaning near each other, in their order, and counts those it cut', async () => {
    const texts = [
      'How do I reverse a list?',
      'rain in Köln',
      'turn a Python list around',
      'word '.repeat(999),
    ];
    const { vectors, tokens, truncated } = await client.embed(texts);
    expect(vectors).toHaveLength(4);
    expect(dot(vectors[0], vectors[0])).toBeCloseTo(1, 4);
    expect(dot(vectors[0], vectors[2])).toBeGreaterThan(0.4 + dot(vectors[0], vectors[1]));
    expect(truncated).toBe(1);
    expect(tokens).toBeGreaterThan(256);
  });

  it('answers a question before the index that was asked for earlier', async () => {
    const answered: string[] = [];
    await Promise.all([
      client.embed(many(400), { priority: 'background' }).then(() => answered.push('index')),
      client.embed(['where are numbers added?'], { kind: 'query' }).then(() => answered.push('question')),
    ]);
    expect(answered).toEqual(['question', 'index']);
  });

  it('computes no further for who has left', async () => {
    const leaving = new AbortController();
    const left = client.embed(many(40), { signal: leaving.signal });
    const after = client.embed(['next'], { priority: 'background' });
    const reason = new Error('closed');
    leaving.abort(reason);
    await expect(left).rejects.toBe(reason);
    // Behind it in the queue: an answer to what was left would have come by then.
    expect((await after).vectors).toHaveLength(1);
    expect(engines.log.ring.entries().map(({ message }) => message)).not.toContain(
      'an engine frame that nobody waits for',
    );
    await expect(client.embed(['x'], { signal: leaving.signal })).rejects.toBe(reason);
  });
});
