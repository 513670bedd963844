/**
 * P(Z <= x) of a standard normal Z, to about 1e-15. Taylor series around 0 (G. Marsaglia, Evaluating the normal
 * distribution, Journal of Statistical Software 11(4), 2004); Laplace's continued fraction beyond 5.
 */
export function normalBelow(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 5) return 1 - normalBelow(-x);
  if (x < -38) return 0;
  if (x < -5) return density(x) / tail(-x);
  let sum = x;
  let term = x;
  for (let odd = 3, last = 0; sum !== last; odd += 2) {
    last = sum;
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + sum * density(x);
}

/** The x with P(Z <= x) = p, for p between 1e-300 and 1 - 1e-16: bisection on `normalBelow` to working precision. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  let low = -38;
  let high = 0;
  for (let round = 0; round < 64; round += 1) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function density(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** x + 1/(x + 2/(x + 3/(x + ...))). */
function tail(x: number): number {
  let value = x;
  for (let k = 60; k >= 1; k -= 1) value = x + k / value;
  return value;
}
