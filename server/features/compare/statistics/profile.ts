import { dot, solve } from './cholesky.ts';
import { createMaximiser, type Likelihood, type Maximiser, type Maximum } from './newton.ts';

/** A fitted likelihood, from which estimates of linear combinations of its parameters are read. */
export interface Fit {
  best: Maximum;
  maximiser: Maximiser;
}

export interface Interval {
  low: number;
  high: number;
}

/** Finds the maximum of a likelihood.
 * @throws AppError `internal` when Newton's method does not settle */
export function fit(likelihood: Likelihood): Fit {
  const maximiser = createMaximiser(likelihood);
  return { best: maximiser.best(), maximiser };
}

/** The standard deviation of `direction · x`, from the information at the maximum. */
export function deviation({ best }: Fit, direction: Float64Array): number {
  return Math.sqrt(dot(direction, solve(best.factor, direction)));
}

/**
 * How far `direction · x` lies above `value`, in standard deviations: the signed root of the likelihood ratio. Normal
 * also where the estimate itself is skewed (O. E. Barndorff-Nielsen and D. R. Cox, Inference and Asymptotics, 1994).
 */
export function signedRoot({ best, maximiser }: Fit, direction: Float64Array, value = 0): number {
  const fall = best.value - maximiser.heightOn({ direction, value }, best);
  return Math.sign(dot(direction, best.x) - value) * Math.sqrt(Math.max(0, 2 * fall));
}

/**
 * The profile likelihood interval of `direction · x` (D. J. Venzon and S. H. Moolgavkar, A method for computing
 * profile-likelihood-based confidence intervals, Applied Statistics 37, 1988): all values whose signed root is within
 * `z`; for 95 %, z = 1.96.
 */
export function interval(fit: Fit, direction: Float64Array, z: number): Interval {
  return { low: bound(fit, direction, -z), high: bound(fit, direction, z) };
}

/** Secant search; the signed root is nearly a straight line through the estimate. */
function bound(fit: Fit, direction: Float64Array, z: number): number {
  const estimate = dot(direction, fit.best.x);
  let last = { at: estimate, root: 0 };
  let at = estimate + z * deviation(fit, direction);
  for (let round = 0; round < 20; round += 1) {
    const root = -signedRoot(fit, direction, at);
    if (Math.abs(root - z) < 1e-5) return at;
    const slope = (root - last.root) / (at - last.at);
    last = { at, root };
    at += (z - root) / slope;
  }
  return at;
}
