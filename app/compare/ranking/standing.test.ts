import { describe, expect, test } from 'vitest';
import type { Arena, Contestant, Ranking } from '#server/features/compare/contract.ts';
import { rankVotes } from '#server/features/compare/statistics/ranking.ts';
import { tabulate } from '#server/features/compare/statistics/vote-table.ts';
import { biasWords, explainPair, nextToDecide, percent, probabilityOf, standingsOf } from './standing.ts';

const contestant = (id: string): Contestant => ({
  ...{ id, model_id: id, model_name: `Model ${id}`, adapter: null, system_prompt: '', parameters: {} },
  ...{ label: '', available: true },
});
const contestants = ['x', 'y', 'z'].map(contestant);

/** The real ranking of votes for the better of each pair, left and right alike, as the daemon computes it. */
function arenaOf(votes: [better: string, worse: string, count: number][]): Arena {
  return arenaOfCounts(
    votes.flatMap(([better, worse, count]) => [
      { first: better, second: worse, outcome: 'first' as const, votes: Math.ceil(count / 2) },
      { first: worse, second: better, outcome: 'second' as const, votes: Math.floor(count / 2) },
    ]),
  );
}

function arenaOfCounts(counts: Parameters<typeof tabulate>[0]): Arena {
  const ranking: Ranking = rankVotes(tabulate(counts, ['x', 'y', 'z']));
  return { ranking, contestants, tags: [], votes: ranking.votes };
}

describe('the ranking in words', () => {
  test('says who cannot be told apart yet, and how many votes would decide', () => {
    const arena = arenaOf([
      ['x', 'y', 40],
      ['z', 'y', 41],
    ]);
    const standings = standingsOf(arena, contestants);
    const next = nextToDecide(standings, arena.ranking.pairs);
    expect(new Set([next?.above.name, next?.below.name])).toEqual(new Set(['Model x', 'Model z']));
    expect(standings.map(({ rank }) => rank)).toEqual(['1–2', '1–2', '3']);
  });

  test('says nothing is open once every pair is decided', () => {
    const arena = arenaOf([
      ['x', 'y', 60],
      ['y', 'x', 4],
      ['y', 'z', 60],
      ['z', 'y', 4],
      ['x', 'z', 60],
      ['z', 'x', 2],
    ]);
    expect(nextToDecide(standingsOf(arena, contestants), arena.ranking.pairs)).toBeNull();
  });

  test('explains a contestant with its interval, record and places', () => {
    const [best] = standingsOf(arenaOf([['x', 'y', 9]]), contestants);
    expect(best?.explanation).toMatch(
      /^Model x: [\d,]+ points, with 95 % certainty between [\d,]+ and [\d,]+\.\n9 wins, 0 ties, 0 losses: /,
    );
  });

  test('says that nothing is known of a contestant without votes', () => {
    const none = standingsOf(arenaOf([['x', 'y', 9]]), contestants).find(({ id }) => id === 'z');
    expect(none?.explanation).toBe('Model z has no votes yet, so nothing is known of its strength.');
  });

  test('reads a pair from both sides alike', () => {
    const { ranking, ...arena } = arenaOf([['y', 'x', 12]]);
    const [row, column] = standingsOf({ ranking, ...arena }, contestants);
    const there = probabilityOf(ranking.pairs, 'x', 'y') ?? 0;
    expect(there + (probabilityOf(ranking.pairs, 'y', 'x') ?? 0)).toBeCloseTo(1);
    expect(there).toBeLessThan(0.5);
    const pair = ranking.pairs.find(({ a, b }) => a === 'x' && b === 'y');
    if (pair === undefined || row === undefined || column === undefined) throw new Error('no pair');
    expect(explainPair(pair, row, column)).toContain('12 votes on this pair.');
  });

  test('tells a preferred side from chance', () => {
    expect(biasWords(arenaOf([['x', 'y', 2]]).ranking)).toMatch(/^no position bias found \(p = /);
    const onLeft = (first: string, second: string) => ({
      first,
      second,
      outcome: 'first' as const,
      votes: 30,
    });
    const left = arenaOfCounts([onLeft('x', 'y'), onLeft('y', 'x')]).ranking;
    expect(biasWords(left)).toMatch(/^the left side was preferred \(p < 0\.001\)/);
  });

  test.each([
    [0.5, '50 %'],
    [0.999, 'more than 99 %'],
    [0.004, 'less than 1 %'],
  ])('a probability of %d is %s', (share, words) => expect(percent(share)).toBe(words));
});
