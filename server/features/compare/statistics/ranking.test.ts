import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ranking, rankVotes } from './ranking.ts';
import { idOf, seeded, votesOf } from './testing/simulated-voters.ts';
import { tabulate, type VoteCount, type VoteOutcome } from './vote-table.ts';

function rank(votes: VoteCount[], contestants?: string[]): Ranking {
  return rankVotes(tabulate(votes, contestants));
}

/** `wins` of `winner`, half of them shown on the left. */
function beats(winner: string, loser: string, wins: number): VoteCount[] {
  return [
    { first: winner, second: loser, outcome: 'first', votes: Math.ceil(wins / 2) },
    { first: loser, second: winner, outcome: 'second', votes: Math.floor(wins / 2) },
  ];
}

function contestant(ranking: Ranking, id: string) {
  return ranking.contestants.find((one) => one.id === id)!;
}

const field = ['a', 'b', 'c', 'd'];
const steady = [
  ...beats('a', 'b', 80),
  ...beats('b', 'a', 20),
  ...beats('b', 'c', 70),
  ...beats('c', 'b', 30),
  ...beats('c', 'd', 80),
  ...beats('d', 'c', 20),
];

describe('the order of votes does not matter', () => {
  it('any permutation gives the same ranking to the last bit', () => {
    const votes = votesOf({ strengths: [1, 0.3, 0, -0.4, -0.9], side: 0.2 }, 300, seeded(1));
    const expected = rank(votes);
    const shuffles = fc.shuffledSubarray(votes, { minLength: votes.length });
    fc.assert(
      fc.property(shuffles, (shuffled) => {
        expect(rank(shuffled)).toStrictEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('nor does it whether votes come one by one or counted', () => {
    const votes = votesOf({ strengths: [0.5, 0, -0.5] }, 100, seeded(2));
    const counted = Map.groupBy(votes, ({ first, second, outcome }) => `${first} ${second} ${outcome}`);
    const counts = [...counted.values()].map((group) => ({ ...group[0]!, votes: group.length }));
    expect(counts.length).toBeLessThan(votes.length);
    expect(rank(counts)).toStrictEqual(rank(votes));
  });

  it('nor does the order of the sides once it is balanced', () => {
    const mirrored = steady.map(({ first, second, outcome, votes }) => {
      const turned: Record<VoteOutcome, VoteOutcome> = {
        first: 'second',
        second: 'first',
        tie: 'tie',
        both_bad: 'both_bad',
      };
      return { first: second, second: first, outcome: turned[outcome], votes };
    });
    expect(contestant(rank(mirrored), 'a').points).toBeCloseTo(contestant(rank(steady), 'a').points, 6);
  });
});

describe('points and ranks', () => {
  it('are ordered, with a mean of 1000, when there are many votes', () => {
    const { contestants, groups } = rank(steady);
    expect(contestants.map(({ id }) => id)).toEqual(field);
    expect(contestants.map(({ rank }) => rank)).toEqual(
      [1, 2, 3, 4].map((place) => ({ from: place, to: place })),
    );
    expect(groups).toEqual(field.map((id) => [id]));
    expect(contestants.reduce((sum, { points }) => sum + points, 0) / 4).toBeCloseTo(1000, 8);
    for (const { low, points, high } of contestants) {
      expect(low).toBeLessThan(points);
      expect(high).toBeGreaterThan(points);
    }
  });

  it('put odds of 10 to 1 at 400 points', () => {
    const { pairs } = rank([...beats('a', 'b', 100_000), ...beats('b', 'a', 10_000)]);
    expect(pairs[0]!.difference).toBeCloseTo(400, 1);
  });

  it('share a range among models that cannot be told apart', () => {
    const { contestants, groups } = rank([
      ...steady,
      ...beats('a2', 'a', 10),
      ...beats('a', 'a2', 10),
      ...beats('a2', 'b', 80),
      ...beats('b', 'a2', 20),
    ]);
    expect(contestant({ contestants } as Ranking, 'a').rank).toEqual({ from: 1, to: 2 });
    expect(contestant({ contestants } as Ranking, 'a2').rank).toEqual({ from: 1, to: 2 });
    expect(groups.map((group) => group.toSorted())).toEqual([['a', 'a2'], ['b'], ['c'], ['d']]);
  });

  it('let two votes make no champion', () => {
    const ranking = rank([...steady, ...beats('newcomer', 'a', 1), ...beats('newcomer', 'b', 1)]);
    expect(ranking.contestants[0]!.id).toBe('a');
    const { rank: range, low, high } = contestant(ranking, 'newcomer');
    expect(range.from).toBe(1);
    expect(range.to).toBeGreaterThanOrEqual(4);
    expect(high - low).toBeGreaterThan(400);
    expect(
      ranking.pairs
        .filter(({ a, b }) => [a, b].includes('newcomer') && a === 'a')
        .every((pair) => !pair.decided),
    ).toBe(true);
  });

  it('stay finite for one who won every vote', () => {
    const ranking = rank(beats('a', 'b', 40));
    expect(contestant(ranking, 'a').high).toBeLessThan(2000);
    expect(ranking.pairs[0]).toMatchObject({ a: 'a', b: 'b', decided: true, votesNeeded: 0 });
    expect(ranking.pairs[0]!.probability).toBeGreaterThan(0.999);
  });
});

describe('what votes cannot tell is said', () => {
  it('a contestant without votes may hold any rank and moves nobody', () => {
    const ranking = rank(steady, [...field, 'z']);
    expect(contestant(ranking, 'z')).toMatchObject({ votes: 0, rank: { from: 1, to: 5 } });
    expect(contestant(ranking, 'z').high - contestant(ranking, 'z').low).toBeGreaterThan(1000);
    expect(contestant(ranking, 'a').points).toBeCloseTo(contestant(rank(steady), 'a').points, 6);
  });

  it('contestants that nothing links are on different islands and not compared', () => {
    const ranking = rank([...steady, ...beats('x', 'y', 60), ...beats('y', 'x', 20)]);
    expect(contestant(ranking, 'a').island).toBe(contestant(ranking, 'd').island);
    expect(contestant(ranking, 'a').island).not.toBe(contestant(ranking, 'x').island);
    const link = (one: string, other: string) =>
      ranking.pairs.find(({ a, b }) => a === one && b === other)!.link;
    expect([link('a', 'b'), link('a', 'd'), link('a', 'x')]).toEqual(['direct', 'indirect', 'none']);
    const between = ranking.pairs.filter((pair) => pair.link === 'none');
    expect(between).toHaveLength(8);
    expect(between.some(({ decided }) => decided)).toBe(false);
  });

  it('nothing at all gives an empty ranking', () => {
    expect(rank([])).toMatchObject({
      contestants: [],
      pairs: [],
      groups: [],
      votes: 0,
      tieRate: { share: null },
    });
  });
});

describe('"both bad"', () => {
  const votes = [...steady, { first: 'a', second: 'b', outcome: 'both_bad' as const, votes: 50 }];

  it('is counted as a rate, overall and of each contestant', () => {
    const ranking = rank(votes);
    expect(ranking.bothBadRate).toMatchObject({ count: 50, total: 350 });
    expect(contestant(ranking, 'a').bothBad).toMatchObject({ count: 50, total: 150 });
    expect(contestant(ranking, 'd').bothBad).toMatchObject({ count: 0, total: 100 });
  });

  it('changes no strength', () => {
    const strengths = ({ contestants }: Ranking) =>
      contestants.map(({ id, points, low, high }) => ({ id, points, low, high }));
    expect(strengths(rank(votes))).toStrictEqual(strengths(rank(steady)));
  });
});

describe('votes that are still needed', () => {
  it('are about as many as it then takes', () => {
    const undecided = [...beats('a', 'b', 18), ...beats('b', 'a', 12)];
    const [pair] = rank(undecided).pairs;
    expect(pair).toMatchObject({ decided: false });
    const more = pair!.votesNeeded!;
    const times = (30 + more) / 30;
    const after = (share: number) =>
      rank([...beats('a', 'b', 18 * share), ...beats('b', 'a', 12 * share)]).pairs[0]!;
    expect(after(Math.ceil(times * 1.25)).decided).toBe(true);
    expect(after(Math.max(1, Math.floor(times * 0.75))).decided).toBe(false);
  });

  it('are not named beyond 500', () => {
    expect(rank([...beats('a', 'b', 51), ...beats('b', 'a', 50)]).pairs[0]!.votesNeeded).toBeNull();
  });
});

it('a ranking of a tag is that of its votes alone', () => {
  const tagged = [
    ...beats('a', 'b', 40).map((count) => ({ ...count, tag: 'short' })),
    ...beats('b', 'a', 40).map((count) => ({ ...count, tag: 'long' })),
  ];
  const of = (tag: string) =>
    rank(tagged.filter((count) => count.tag === tag)).contestants.map(({ id }) => id);
  expect([of('short'), of('long')]).toEqual([
    ['a', 'b'],
    ['b', 'a'],
  ]);
});

it('twenty contestants with 10,000 votes are told apart where they differ', () => {
  const strengths = Array.from({ length: 20 }, (_, at) => (10 - at) / 8);
  const { contestants, pairs } = rank(votesOf({ strengths }, 10_000, seeded(1)));
  expect(pairs).toHaveLength(190);
  const far = pairs.filter(({ a, b }) => Math.abs(Number(a.slice(6)) - Number(b.slice(6))) >= 6);
  expect(far.every(({ decided, difference }) => decided && difference > 0)).toBe(true);
  expect(contestants.at(-1)!.rank.from).toBeGreaterThan(15);
  expect(contestant({ contestants } as Ranking, idOf(0)).rank.from).toBe(1);
});

it('forty contestants are ranked as well, by the normal approximation', () => {
  const strengths = Array.from({ length: 40 }, (_, at) => (20 - at) / 10);
  const { contestants, pairs } = rank(votesOf({ strengths }, 10_000, seeded(1)));
  const far = pairs.filter(({ a, b }) => Math.abs(Number(a.slice(6)) - Number(b.slice(6))) >= 15);
  expect(far.every(({ decided, difference }) => decided && difference > 0)).toBe(true);
  expect(contestants[0]!.rank.to).toBeLessThan(10);
});
