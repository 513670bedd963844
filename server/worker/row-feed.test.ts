import { describe, expect, it } from 'vitest';
import { createRowFeed, MOST_UNREAD_TOKENS, type RowEvent, type RowFinished } from './row-feed.ts';

const finished: RowFinished = {
  type: 'finished',
  tokenIds: [],
  text: '',
  finishReason: 'stop',
  usage: { prompt_tokens: 1, completion_tokens: 1, cached_tokens: 0, reasoning_tokens: 0 },
  timings: { queue: 0, prefill: 0, decode: 0, tokens_per_second: 0 },
  error: null,
  cache: null,
  reasoning: '',
  toolCalls: [],
  speculation: null,
};

function tokens(step: number, id: number, text: string): RowEvent {
  return { type: 'tokens', step, tokenIds: [id], text, reasoning: '', toolCalls: [], logprobs: [] };
}

async function readAll(events: AsyncIterable<RowEvent>): Promise<RowEvent[]> {
  const all: RowEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('createRowFeed', () => {
  it('joins what a slow reader has not taken, losing nothing', async () => {
    const feed = createRowFeed();
    feed.push({ type: 'admitted', promptTokens: 3, seed: 1, promptHash: 'h', promptTokenIds: null });
    for (let done = 0; done < 1_000; done += 1) feed.push({ type: 'prefill', done, total: 1_000, cached: 0 });
    for (let step = 0; step < 1_000; step += 1) feed.push(tokens(step, step, `${step},`));
    feed.push(finished);
    const events = await readAll(feed.read(() => {}));
    expect(events.map(({ type }) => type)).toEqual(['admitted', 'prefill', 'tokens', 'finished']);
    expect(events[1]).toMatchObject({ done: 999 });
    expect(events[2]).toMatchObject({
      step: 999,
      tokenIds: Array.from({ length: 1_000 }, (_, index) => index),
    });
  });

  it('delivers what arrived before a failure, then the failure', async () => {
    const feed = createRowFeed();
    feed.push(tokens(1, 7, 'x'));
    feed.fail(new Error('died'));
    feed.push(tokens(2, 8, 'y'));
    const events = feed.read(() => {});
    expect((await events.next()).value).toMatchObject({ tokenIds: [7] });
    await expect(events.next()).rejects.toThrow('died');
  });

  it('tells when its reader stops early, and only then', async () => {
    let left = 0;
    const early = createRowFeed();
    early.push(tokens(1, 7, 'x'));
    for await (const event of early.read(() => left++)) if (event.type === 'tokens') break;
    expect(left).toBe(1);
    const whole = createRowFeed();
    whole.push(finished);
    await readAll(whole.read(() => left++));
    expect(left).toBe(1);
  });
});

describe('a reader that is behind', () => {
  it('pauses its row once, and lets it go on when it has caught up', async () => {
    const told: string[] = [];
    const feed = createRowFeed({ pause: () => told.push('pause'), continue: () => told.push('continue') });
    for (let id = 0; id < MOST_UNREAD_TOKENS; id += 1) feed.push(tokens(id, id, 'x'));
    expect(told).toEqual([]);
    feed.push(tokens(256, 256, 'x'));
    feed.push(tokens(257, 257, 'x'));
    expect(told).toEqual(['pause']);
    const events = feed.read(() => {});
    expect((await events.next()).value).toMatchObject({ tokenIds: expect.objectContaining({ length: 258 }) });
    expect(told).toEqual(['pause', 'continue']);
    feed.push(finished);
    await events.next();
    expect(told).toEqual(['pause', 'continue']);
  });
});
