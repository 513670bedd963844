import type { Likelihood, Point } from './newton.ts';
import { type Cell, cellsOf, type VoteTable } from './vote-table.ts';

/** Standard deviations of the Gaussian priors, in natural logarithms of odds. */
export interface Prior {
  strength: number;
  side: number;
  tie: number;
}

/**
 * Two thirds of all contestants within 260 points of the mean, before the first vote. Wide enough to cover what models
 * differ by, narrow enough that two votes say little: two wins against the mean come to 191 points, not to infinity.
 */
const weakPrior: Prior = { strength: 1.5, side: 1.5, tie: 3 };

/**
 * The Bradley-Terry model with ties of R. R. Davidson (On extending the Bradley-Terry model to accommodate ties in
 * paired comparison experiments, JASA 65, 1970) with the order effect of Davidson and R. J. Beaver (On extending the
 * Bradley-Terry model to incorporate within-pair order effects, Biometrics 33, 1977). For strengths a (left) and b
 * (right), side effect s and tie parameter t, in natural logarithms:
 *
 *     P(left) : P(right) : P(tie) = exp((a - b + s) / 2) : exp(-(a - b + s) / 2) : exp(t)
 *
 * which is theirs with γ = exp(-s) and ν = exp(t - s / 2). Gaussian priors on all parameters (T. Leonard, An alternative
 * Bayesian approach to the Bradley-Terry model, Biometrics 33, 1977) keep every estimate finite, also where contestants
 * were never compared, and put the mean strength at 0. Votes for "both bad" speak of the prompt and are left out.
 *
 * The parameters are the strengths in the order of the table's ids, then s, then t.
 */
export function davidsonLikelihood(table: VoteTable, prior: Prior = weakPrior): Likelihood {
  const contestants = table.ids.length;
  const size = contestants + 2;
  const cells = cellsOf(table);
  const precision = new Float64Array(size).fill(1 / prior.strength ** 2);
  precision[contestants] = 1 / prior.side ** 2;
  precision[contestants + 1] = 1 / prior.tie ** 2;
  function evaluate(point: Point): number {
    const { x, gradient, information } = point;
    let value = 0;
    information.fill(0);
    for (let k = 0; k < size; k += 1) {
      const weight = precision[k] ?? 0;
      const at = x[k] ?? 0;
      value -= (weight * at * at) / 2;
      gradient[k] = -weight * at;
      information[k * size + k] = weight;
    }
    for (const cell of cells) value += addCell(cell, point);
    return value;
  }
  return { size, evaluate };
}

/** Adds the votes of one cell to gradient and information; their log-likelihood. */
function addCell(cell: Cell, { x, gradient, information }: Point): number {
  const { left, right, first, second, ties } = cell;
  const votes = first + second + ties;
  if (votes === 0) return 0;
  const size = x.length;
  const side = size - 2;
  const tie = size - 1;
  const half = ((x[left] ?? 0) - (x[right] ?? 0) + (x[side] ?? 0)) / 2;
  const level = x[tie] ?? 0;
  const top = Math.max(Math.abs(half), level);
  const onLeft = Math.exp(half - top);
  const onRight = Math.exp(-half - top);
  const onTie = Math.exp(level - top);
  const total = onLeft + onRight + onTie;
  const lead = (onLeft - onRight) / total;
  const tied = onTie / total;

  const pull = (first - second - votes * lead) / 2;
  add(gradient, left, pull);
  add(gradient, right, -pull);
  add(gradient, side, pull);
  add(gradient, tie, ties - votes * tied);

  const weight = (votes * (1 - tied - lead * lead)) / 4;
  const cross = (-votes * lead * tied) / 2;
  add(information, left * size + left, weight);
  add(information, right * size + right, weight);
  add(information, Math.max(left, right) * size + Math.min(left, right), -weight);
  add(information, side * size + left, weight);
  add(information, side * size + right, -weight);
  add(information, side * size + side, weight);
  add(information, tie * size + left, cross);
  add(information, tie * size + right, -cross);
  add(information, tie * size + side, cross);
  add(information, tie * size + tie, votes * tied * (1 - tied));
  return (first - second) * half + ties * level - votes * (top + Math.log(total));
}

function add(array: Float64Array, at: number, amount: number): void {
  array[at] = (array[at] ?? 0) + amount;
}
