import type { Interval } from './profile.ts';

/** The mean of all contestants that have votes. */
export const MEAN_POINTS = 1000;

/** Points in one natural logarithm of odds: 400 points are odds of 10 to 1, as in chess. */
export const POINTS_PER_LOGIT = 400 / Math.LN10;

/** An interval in points above or below the mean, from one in logits. */
export function inPoints({ low, high }: Interval): Interval {
  return { low: low * POINTS_PER_LOGIT, high: high * POINTS_PER_LOGIT };
}
