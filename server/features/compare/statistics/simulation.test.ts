import { describe, expect, it } from 'vitest';
import { nextPair } from './next-pair.ts';
import { POINTS_PER_LOGIT } from './points.ts';
import { type Ranking, rankVotes } from './ranking.ts';
import { idOf, seeded, vote, type Voters, votesOf } from './testing/simulated-voters.ts';
import { tabulate, type VoteCount } from './vote-table.ts';

const RUNS = 500;
/** By chance alone, 500 runs of something that happens in 5 % show more than 7 % in one of fifty tests. */
const CHANCE = 0.02;

const spread = [1.2, 0.7, 0.2, -0.2, -0.6, -1.3];

function idsOf({ strengths }: Voters): string[] {
  return strengths.map((_, at) => idOf(at));
}

function simulate(voters: Voters, votes: number): Ranking[] {
  const random = seeded(1);
  return Array.from({ length: RUNS }, () =>
    rankVotes(tabulate(votesOf(voters, votes, random), idsOf(voters))),
  );
}

/** In which share of rankings the interval of each contestant holds its true strength. */
function coverage(rankings: Ranking[], { strengths }: Voters): number[] {
  const mean = strengths.reduce((a, b) => a + b) / strengths.length;
  return strengths.map((strength, at) => {
    const truth = 1000 + (strength - mean) * POINTS_PER_LOGIT;
    const holds = ({ contestants }: Ranking) => {
      const { low, high } = contestants.find(({ id }) => id === idOf(at))!;
      return low <= truth && truth <= high;
    };
    return rankings.filter(holds).length / rankings.length;
  });
}

function share(rankings: Ranking[], claim: (ranking: Ranking) => boolean): number {
  return rankings.filter(claim).length / rankings.length;
}

describe('95 % intervals hold the true strength of each contestant in at least 93 % of 500 simulated rankings', () => {
  it.each([
    ['six models, 30 votes', { strengths: spread }, 30],
    ['six models, 120 votes', { strengths: spread }, 120],
    ['six models, 600 votes', { strengths: spread }, 600],
    ['six models, voters who lean to the left', { strengths: spread, side: 0.5 }, 120],
    ['six models, many ties', { strengths: spread, tie: 0.7 }, 120],
    ['two models, 40 votes', { strengths: [0.5, -0.5] }, 40],
    ['three models far apart', { strengths: [2, 0, -2] }, 60],
  ] satisfies [string, Voters, number][])('%s', (_title, voters, votes) => {
    const rankings = simulate(voters, votes);
    expect(Math.min(...coverage(rankings, voters))).toBeGreaterThanOrEqual(0.93);
    const side = (voters as Voters).side ?? 0;
    const holds = ({ bias }: Ranking) =>
      bias.low <= side * POINTS_PER_LOGIT && side * POINTS_PER_LOGIT <= bias.high;
    expect(share(rankings, holds)).toBeGreaterThanOrEqual(0.93);
  });

  it('also when each vote is on the pair that tells most', () => {
    const voters: Voters = { strengths: [0.3, 0.1, -0.1, -0.3] };
    const ids = idsOf(voters);
    const random = seeded(1);
    const rankings = Array.from({ length: RUNS }, (_, run) => {
      const votes: VoteCount[] = [];
      for (let round = 0; round < 40; round += 1) {
        const pair = nextPair(tabulate(votes, ids), { seed: `${run} ${round}` })!;
        votes.push(vote(voters, [ids.indexOf(pair.first), ids.indexOf(pair.second)], random));
      }
      return rankVotes(tabulate(votes, ids));
    });
    const shares = coverage(rankings, voters);
    expect(shares.reduce((a, b) => a + b) / shares.length).toBeGreaterThanOrEqual(0.93);
  });
});

describe('equal models are declared different in at most 5 % of 500 simulated rankings', () => {
  it.each([
    ['two, 8 votes', { strengths: [0, 0] }, 8],
    ['two, 11 votes without ties', { strengths: [0, 0], tie: -9 }, 11],
    ['two, 50 votes', { strengths: [0, 0] }, 50],
    ['two, 200 votes', { strengths: [0, 0] }, 200],
    ['five, any of the ten pairs, 100 votes', { strengths: [0, 0, 0, 0, 0] }, 100],
    ['five, any of the ten pairs, 400 votes', { strengths: [0, 0, 0, 0, 0] }, 400],
  ] satisfies [string, Voters, number][])('%s', (_title, voters, votes) => {
    const rankings = simulate(voters, votes);
    expect(share(rankings, ({ pairs }) => pairs.some(({ decided }) => decided))).toBeLessThanOrEqual(0.05);
  });

  it('and the ranks given hold the true ones in at least 95 %, with models of many strengths', () => {
    const rankings = simulate({ strengths: spread }, 600);
    const holds = ({ contestants }: Ranking) =>
      contestants.every(({ id, rank }) => {
        const truth = spread.findIndex((_, at) => idOf(at) === id) + 1;
        return rank.from <= truth && truth <= rank.to;
      });
    expect(share(rankings, holds)).toBeGreaterThanOrEqual(0.95);
    expect(share(rankings, ({ contestants }) => contestants[0]!.rank.to <= 2)).toBeGreaterThan(0.5);
  });
});

describe('a side that wins for being that side', () => {
  it('is detected in a voter who always picks the left', () => {
    const votes = votesOf({ strengths: spread }, 30, seeded(1)).map((one) => ({
      ...one,
      outcome: 'first' as const,
    }));
    const { bias, pairs } = rankVotes(tabulate(votes));
    expect(bias.p).toBeLessThan(0.001);
    expect(bias.exactP).toBeLessThan(0.001);
    expect(bias.low).toBeGreaterThan(0);
    expect(pairs.some(({ decided }) => decided)).toBe(false);
  });

  it('is detected when one voter in four always picks the left', () => {
    const random = seeded(1);
    const detected = Array.from({ length: 100 }, () => {
      const votes = votesOf({ strengths: spread }, 400, random).map((one) =>
        random() < 0.25 ? { ...one, outcome: 'first' as const } : one,
      );
      return rankVotes(tabulate(votes)).bias.p < 0.05;
    });
    expect(detected.filter(Boolean).length).toBeGreaterThanOrEqual(90);
  });

  it('is not claimed of fair voters, but by chance', () => {
    const rankings = simulate({ strengths: spread }, 120);
    expect(share(rankings, ({ bias }) => bias.p < 0.05)).toBeLessThanOrEqual(0.05 + CHANCE);
    expect(share(rankings, ({ bias }) => bias.exactP < 0.05)).toBeLessThanOrEqual(0.05 + CHANCE);
  });
});

it('P(A better than B) means what it says: of pairs with 60 to 80 %, A is the better one in about 70 %', () => {
  const random = seeded(1);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let pairs = 0;
  let better = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const strengths = Array.from({ length: 4 }, () => 1.5 * gaussian());
    for (const { probability, a, b } of rankVotes(tabulate(votesOf({ strengths }, 30, random))).pairs) {
      const sure = Math.max(probability, 1 - probability);
      if (sure < 0.6 || sure > 0.8) continue;
      const [one, other] = [a, b].map((id) => strengths.findIndex((_, at) => idOf(at) === id));
      pairs += 1;
      const isBetter = (strengths[one!] ?? 0) > (strengths[other!] ?? 0);
      if (isBetter === probability > 0.5) better += 1;
    }
  }
  expect(pairs).toBeGreaterThan(200);
  expect(better / pairs).toBeGreaterThan(0.62);
  expect(better / pairs).toBeLessThan(0.78);
});
