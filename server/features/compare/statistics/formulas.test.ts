import { describe, expect, it } from 'vitest';
import { normalBelow, normalQuantile } from './normal.ts';
import { holm } from './pairs.ts';
import { proportion } from './proportion.ts';
import { evenOddsP } from './side-bias.ts';

describe('the normal distribution, against SciPy', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316300933],
    [-4.99, 3.01896462520848e-7],
    [-5.01, 2.7215017728558194e-7],
    [-10, 7.61985302416047e-24],
    [-37, 5.7255712225239266e-300],
    [9, 1],
  ])('P(Z <= %d)', (x, p) => {
    expect(Math.abs(normalBelow(x) / p - 1)).toBeLessThan(1e-9);
  });

  it.each([
    [0.975, 1.959963984540054],
    [0.5, 0],
    [0.025 / 190, -3.64910269630088],
    [1e-12, -7.034483825301131],
  ])('quantile of %d', (p, x) => {
    expect(normalQuantile(p)).toBeCloseTo(x, 9);
  });
});

describe("Wilson's interval", () => {
  it('of 15 in 50 is 19.1 to 43.8 %', () => {
    const { share, low, high } = proportion(15, 50);
    expect(share).toBe(0.3);
    expect(low).toBeCloseTo(0.1910355350088095, 9);
    expect(high).toBeCloseTo(0.4375035046445341, 9);
  });

  it('of none and of all stays within 0 and 1', () => {
    expect(proportion(0, 10)).toMatchObject({ low: 0 });
    expect(proportion(0, 10).high).toBeCloseTo(0.27753279986288926, 9);
    expect(proportion(10, 10)).toMatchObject({ high: 1 });
    expect(proportion(10, 10).low).toBeCloseTo(1 - 0.27753279986288926, 9);
  });

  it('of nothing is everything', () => {
    expect(proportion(0, 0)).toEqual({ count: 0, total: 0, share: null, low: 0, high: 1 });
  });
});

describe('the exact test of even sides', () => {
  it.each([
    [5, 5, 1],
    [10, 0, 2 / 1024],
    [8, 2, (2 * (1 + 10 + 45)) / 1024],
    [0, 0, 1],
  ])('%d to %d', (left, right, p) => {
    expect(evenOddsP(left, right)).toBeCloseTo(p, 12);
    expect(evenOddsP(right, left)).toBeCloseTo(p, 12);
  });

  it('takes thousands of votes', () => {
    expect(evenOddsP(5000, 5000)).toBe(1);
    expect(evenOddsP(5100, 4900)).toBeCloseTo(0.04658552770494645, 10);
    expect(evenOddsP(10_000, 0)).toBe(0);
  });
});

describe("Holm's levels", () => {
  it('refute from the smallest on, until one fails', () => {
    expect(holm([0.04, 0.01, 0.02])).toEqual({ decided: [true, true, true], level: 0.05 });
    expect(holm([0.04, 0.01, 0.03])).toEqual({ decided: [false, true, false], level: 0.025 });
    expect(holm([0.04, 0.02, 0.03])).toEqual({ decided: [false, false, false], level: 0.05 / 3 });
    expect(holm([])).toEqual({ decided: [], level: 0.05 });
  });
});
