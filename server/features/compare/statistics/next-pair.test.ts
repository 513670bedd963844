import { describe, expect, it } from 'vitest';
import { nextPair } from './next-pair.ts';
import { rankVotes } from './ranking.ts';
import { idOf, seeded, vote, votesOf } from './testing/simulated-voters.ts';
import { tabulate, type VoteCount } from './vote-table.ts';

function ask(votes: VoteCount[], seed: string, contestants = ['a', 'b', 'c']) {
  return nextPair(tabulate(votes, contestants), { seed })!;
}

function tie(first: string, second: string, votes: number): VoteCount {
  return { first, second, outcome: 'tie', votes };
}

function pairOf({ first, second }: { first: string; second: string }): string {
  return [first, second].sort().join('');
}

describe('which pair', () => {
  it('is the one that is known least', () => {
    const votes = [tie('a', 'b', 30), tie('b', 'a', 30), tie('c', 'b', 2)];
    expect(new Set(['1', '2', '3'].map((seed) => pairOf(ask(votes, seed))))).not.toContain('ab');
  });

  it('is not one whose outcome is clear, when another is open', () => {
    const lopsided: VoteCount[] = [
      { first: 'a', second: 'c', outcome: 'first', votes: 30 },
      { first: 'c', second: 'b', outcome: 'second', votes: 30 },
      tie('a', 'b', 30),
    ];
    expect(pairOf(ask(lopsided, '1'))).toBe('ab');
  });

  it('is one of the candidates', () => {
    const table = tabulate([], ['a', 'b', 'c', 'd']);
    expect(pairOf(nextPair(table, { seed: '1', candidates: [['d', 'b']] })!)).toBe('bd');
    expect(nextPair(table, { seed: '1', candidates: [] })).toBeUndefined();
    expect(nextPair(table, { seed: '1', candidates: [['a', 'gone']] })).toBeUndefined();
    expect(nextPair(tabulate([], ['a']), { seed: '1' })).toBeUndefined();
  });

  it('is the same for the same votes and seed, in any order, and varies with the seed', () => {
    const votes = [tie('a', 'b', 1), tie('b', 'c', 1)];
    expect(ask(votes, '7')).toStrictEqual(ask(votes.toReversed(), '7'));
    const seen = Array.from({ length: 40 }, (_, seed) => pairOf(ask([], String(seed))));
    expect(new Set(seen)).toEqual(new Set(['ab', 'ac', 'bc']));
  });

  it('leads to narrower intervals than pairs drawn by chance', () => {
    const strengths = [2, 1, 0, -1, -2];
    const ids = strengths.map((_, at) => idOf(at));
    const random = seeded(1);
    const width = (votes: VoteCount[]) =>
      rankVotes(tabulate(votes, ids)).contestants.reduce((sum, { low, high }) => sum + high - low, 0);
    let chosen = 0;
    let drawn = 0;
    for (let run = 0; run < 20; run += 1) {
      const votes: VoteCount[] = [];
      for (let round = 0; round < 100; round += 1) {
        const { first, second } = nextPair(tabulate(votes, ids), { seed: `${run} ${round}` })!;
        votes.push(vote({ strengths }, [ids.indexOf(first), ids.indexOf(second)], random));
      }
      chosen += width(votes);
      drawn += width(votesOf({ strengths }, 100, random));
    }
    expect(chosen).toBeLessThan(drawn);
  });
});

describe('who is on the left', () => {
  it('is chance, half and half when nobody was ahead', () => {
    const lefts = Array.from({ length: 400 }, (_, seed) => ask([], String(seed), ['a', 'b']).first);
    expect(lefts.filter((id) => id === 'a').length).toBeGreaterThan(160);
    expect(lefts.filter((id) => id === 'a').length).toBeLessThan(240);
  });

  it('is more often the one that was on the left less often, but not surely', () => {
    const lefts = Array.from(
      { length: 400 },
      (_, seed) => ask([tie('a', 'b', 3)], String(seed), ['a', 'b']).first,
    );
    const catchingUp = lefts.filter((id) => id === 'b').length;
    expect(catchingUp).toBeGreaterThan(230);
    expect(catchingUp).toBeLessThan(310);
  });

  it('comes out even over many votes', () => {
    const votes: VoteCount[] = [];
    for (let round = 0; round < 90; round += 1) {
      const { first, second } = ask(votes, String(round));
      votes.push(tie(first, second, 1));
    }
    for (const id of ['a', 'b', 'c']) {
      const left = votes.filter(({ first }) => first === id).length;
      const right = votes.filter(({ second }) => second === id).length;
      expect(Math.abs(left - right)).toBeLessThanOrEqual(8);
    }
  });
});
