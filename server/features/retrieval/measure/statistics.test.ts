import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, mean, reciprocal, shuffle, split } from './statistics.ts';

describe('an estimate', () => {
  it('is the mean, with an interval as wide as theory has it', async () => {
    const values = Array.from({ length: 400 }, (_, at) => (at % 4 === 0 ? 1 : 0));
    const { value, low, high } = await estimate(values);
    expect(value).toBe(0.25);
    // 1.96 standard errors of a share of a quarter among 400.
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    expect(low).toBeCloseTo(0.25 - half, 1.7);
    expect(high).toBeCloseTo(0.25 + half, 1.7);
  });

  it('holds the truth in about 95 of 100 samples', async () => {
    const share = 0.37;
    let held = 0;
    for (let sample = 0; sample < 60; sample += 1) {
      const order = shuffle([...Array(1000).keys()], sample + 1);
      const values = order.slice(0, 100).map((number) => (number < share * 1000 ? 1 : 0));
      const { low, high } = await estimate(values, sample);
      if (low <= share && share <= high) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(54);
  });

  it('is the same for the same values, and never outside of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        async (values) => {
          const first = await estimate(values);
          expect(await estimate(values)).toEqual(first);
          if (values.length === 0) return;
          expect(first.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
          expect(first.high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
          expect(first.value).toBe(mean(values));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a split', () => {
  it('keeps every question, in one part only, a fifth of them to tune on', () => {
    const items = [...Array(101).keys()];
    const { tuning, reported } = split(items);
    expect(tuning).toHaveLength(20);
    expect([...tuning, ...reported].sort((a, b) => a - b)).toEqual(items);
    expect(split(items)).toEqual({ tuning, reported });
  });
});

it('counts a place by the inverse of its rank, and nothing for one that is not found', () => {
  expect([1, 2, 10, null].map(reciprocal)).toEqual([1, 0.5, 0.1, 0]);
});
