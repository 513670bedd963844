import { afterEach, describe, expect, it } from 'vitest';
import { createRanker } from './ranker.ts';
import { rankVotes } from './ranking.ts';
import { seeded, votesOf } from './testing/simulated-voters.ts';
import { tabulate } from './vote-table.ts';

const votes = votesOf({ strengths: [0.8, 0.2, -0.2, -0.8] }, 200, seeded(1));
const ranker = createRanker();

afterEach(() => ranker.stop());

describe('a ranking in its own thread', () => {
  it('is the one computed directly', async () => {
    expect(await ranker.rank(votes)).toStrictEqual(rankVotes(tabulate(votes)));
    expect((await ranker.rank([], { contestants: ['x'] })).contestants.map(({ id }) => id)).toEqual(['x']);
  });

  it('leaves the event loop to others', async () => {
    const order: string[] = [];
    await ranker.rank(votes);
    const ranked = ranker.rank(votes).then(() => order.push('ranked'));
    setImmediate(() => order.push('others'));
    await ranked;
    expect(order).toEqual(['others', 'ranked']);
  });

  it('answers several calls at once, each with its own', async () => {
    const rankings = await Promise.all([
      ranker.rank(votes.slice(0, 50)),
      ranker.rank(votes),
      ranker.rank([]),
    ]);
    expect(rankings.map((ranking) => ranking.votes)).toEqual([50, 200, 0]);
  });

  it('offers the next pair, or none', async () => {
    const pair = await ranker.nextPair(votes, { seed: '1' });
    expect(pair?.first).toMatch(/^model-/);
    expect(await ranker.nextPair([], { seed: '1', contestants: ['x'] })).toBeUndefined();
  });
});

describe('a call that cannot be answered', () => {
  it('fails with the reason for wrong votes', async () => {
    const wrong = [{ first: 'a', second: 'a', outcome: 'tie' as const, votes: 1 }];
    await expect(ranker.rank(wrong)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('ends at once when it is aborted, before or after it began', async () => {
    const before = AbortSignal.abort(new Error('closed'));
    await expect(ranker.rank(votes, {}, before)).rejects.toThrow('closed');
    const controller = new AbortController();
    const ranked = ranker.rank(votes, {}, controller.signal);
    controller.abort(new Error('closed later'));
    await expect(ranked).rejects.toThrow('closed later');
    expect((await ranker.rank(votes)).votes).toBe(200);
  });

  it('fails when the thread is stopped, and the next call starts another', async () => {
    const ranked = ranker.rank(votes);
    const refused = expect(ranked).rejects.toMatchObject({ code: 'internal' });
    await ranker.stop();
    await refused;
    expect((await ranker.rank(votes)).votes).toBe(200);
  });
});
