import { normalBelow } from './normal.ts';
import { inPoints, POINTS_PER_LOGIT } from './points.ts';
import { type Fit, interval, signedRoot } from './profile.ts';
import type { Cell } from './vote-table.ts';

/** Whether being shown on the left helps. */
export interface SideBias {
  /** Points that the left side adds, estimated together with the strengths; 95 % interval. */
  points: number;
  low: number;
  high: number;
  /** Likelihood ratio test of no bias; strengths are accounted for. */
  p: number;
  firstWins: number;
  secondWins: number;
  /** Exact binomial test of as many wins left as right; needs no model, but sides shown by chance. */
  exactP: number;
}

/** How much being shown first helps, in points, with `z` standard deviations to each side of the estimate. */
export function sideBias(fit: Fit, cells: readonly Cell[], z: number): SideBias {
  const { x } = fit.best;
  const direction = new Float64Array(x.length);
  direction[x.length - 2] = 1;
  const { low, high } = inPoints(interval(fit, direction, z));
  const firstWins = cells.reduce((sum, cell) => sum + cell.first, 0);
  const secondWins = cells.reduce((sum, cell) => sum + cell.second, 0);
  return {
    points: (x[x.length - 2] ?? 0) * POINTS_PER_LOGIT,
    low,
    high,
    p: 2 * normalBelow(-Math.abs(signedRoot(fit, direction))),
    firstWins,
    secondWins,
    exactP: evenOddsP(firstWins, secondWins),
  };
}

/** Two-sided exact p-value of a fair coin that fell `heads` and `tails` times. */
export function evenOddsP(heads: number, tails: number): number {
  const throws = heads + tails;
  const fewer = Math.min(heads, tails);
  if (heads === tails) return 1;
  let logTerm = -throws * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k += 1) {
    logTerm += Math.log((throws - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
}
