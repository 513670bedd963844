import { describe, expect, it } from 'vitest';
import { davidsonLikelihood, type Prior } from './davidson.ts';
import { POINTS_PER_LOGIT } from './points.ts';
import { fit } from './profile.ts';
import { baseball, estimates, published, pudding, sidesAndTies } from './testing/known-tables.ts';
import { cellsOf, tabulate, type VoteCount, type VoteTable } from './vote-table.ts';

const flat: Prior = { strength: 1e4, side: 1e4, tie: 1e4 };
const withoutSides: Prior = { ...flat, side: 1e-6 };

/** Strengths above the first contestant, side and tie parameter. */
function estimate(counts: VoteCount[], prior: Prior) {
  const table = tabulate(counts);
  const { x } = fit(davidsonLikelihood(table, prior)).best;
  const strengths = Object.fromEntries(table.ids.map((id, at) => [id, x[at]! - x[0]!]));
  return { table, strengths, side: x[table.ids.length]!, tie: x[table.ids.length + 1]! };
}

function expectClose(actual: Record<string, number>, expected: Record<string, number>) {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [id, strength] of Object.entries(expected)) {
    expect(Math.abs(actual[id]! - strength), id).toBeLessThan(1e-6);
  }
}

function worths(strengths: Record<string, number>): number[] {
  const powers = Object.values(strengths).map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function rounded(numbers: number[], digits: number): number[] {
  return numbers.map((number) => Number(number.toFixed(digits)));
}

/** The worths by D. R. Hunter's minorisation (MM algorithms for generalized Bradley-Terry models, Annals of Statistics 32, 2004). */
function huntersWorths(table: VoteTable): number[] {
  const cells = cellsOf(table);
  let worth = table.ids.map(() => 1);
  for (let round = 0; round < 5000; round += 1) {
    const next = worth.map((own, at) => {
      const mine = cells.filter(({ left, right }) => left === at || right === at);
      const wins = mine.reduce((sum, cell) => sum + (cell.left === at ? cell.first : cell.second), 0);
      const met = (cell: (typeof mine)[number]) => worth[cell.left === at ? cell.right : cell.left]!;
      return wins / mine.reduce((sum, cell) => sum + (cell.first + cell.second) / (own + met(cell)), 0);
    });
    const sum = next.reduce((a, b) => a + b);
    worth = next.map((one) => one / sum);
  }
  return worth;
}

describe('strengths are those of independent programs, to 1e-6', () => {
  it('for wins and losses (baseball, statsmodels)', () => {
    expectClose(estimate(baseball, withoutSides).strengths, estimates.baseball);
  });

  it("for wins and losses (baseball, Hunter's algorithm)", () => {
    const { table, strengths } = estimate(baseball, withoutSides);
    huntersWorths(table).forEach((worth, at) => {
      expect(Math.abs(worths(strengths)[at]! - worth)).toBeLessThan(1e-6);
    });
  });

  it('with an effect of the side (baseball at home, statsmodels)', () => {
    const { strengths, side } = estimate(baseball, flat);
    expectClose(strengths, estimates.baseballAtHome.strengths);
    expect(Math.abs(side - estimates.baseballAtHome.side)).toBeLessThan(1e-6);
  });

  it('with ties (pudding, statsmodels)', () => {
    const { strengths, tie } = estimate(pudding, withoutSides);
    expectClose(strengths, estimates.pudding.strengths);
    expect(Math.abs(tie - estimates.pudding.tie)).toBeLessThan(1e-6);
  });

  it('with ties and an effect of the side (statsmodels)', () => {
    const { strengths, side, tie } = estimate(sidesAndTies, flat);
    expectClose(strengths, estimates.sidesAndTies.strengths);
    expect(Math.abs(side - estimates.sidesAndTies.side)).toBeLessThan(1e-6);
    expect(Math.abs(tie - estimates.sidesAndTies.tie)).toBeLessThan(1e-6);
  });
});

describe('strengths are those that the literature prints', () => {
  it('baseball in Agresti, without and with home advantage', () => {
    const ascending = (one: number, other: number) => one - other;
    const plain = Object.values(estimate(baseball, withoutSides).strengths).sort(ascending);
    expect(rounded(plain, 2)).toEqual(published.baseball);
    const { strengths, side } = estimate(baseball, flat);
    expect(rounded(worths(strengths).sort(ascending), 3)).toEqual(published.baseballAtHome);
    expect(rounded([side], 3)).toEqual([published.homeAdvantage]);
  });

  it('pudding in Davidson, with ties', () => {
    const { strengths, tie } = estimate(pudding, withoutSides);
    worths(strengths).forEach((worth, at) => {
      expect(Math.abs(worth - published.pudding.worths[at]!)).toBeLessThan(1e-4);
    });
    expect(rounded([Math.exp(tie)], 3)).toEqual([published.pudding.ties]);
  });
});

it('two wins against average contestants come to 191 points above them', () => {
  const many = (outcome: 'first' | 'second'): VoteCount => ({
    first: 'b',
    second: 'c',
    outcome,
    votes: 100_000,
  });
  const newcomer: VoteCount[] = [
    { first: 'a', second: 'b', outcome: 'first', votes: 1 },
    { first: 'c', second: 'a', outcome: 'second', votes: 1 },
  ];
  const table = tabulate([many('first'), many('second'), ...newcomer]);
  const { x } = fit(davidsonLikelihood(table)).best;
  // The mean of the prior lies a little above the two, since it counts the newcomer.
  expect(x[0]! * POINTS_PER_LOGIT - x[1]! * POINTS_PER_LOGIT).toBeGreaterThan(180);
  expect(x[0]! * POINTS_PER_LOGIT - x[1]! * POINTS_PER_LOGIT).toBeLessThan(260);
});
