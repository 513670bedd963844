import { createHash } from 'node:crypto';
import { davidsonLikelihood } from './davidson.ts';
import { between, voteInformation } from './pairs.ts';
import { dot } from './cholesky.ts';
import { deviation, type Fit, fit } from './profile.ts';
import type { VoteTable } from './vote-table.ts';

/** The pair to vote on next, and who is shown on the left. */
export interface NextPair {
  first: string;
  second: string;
  /** What the vote is expected to tell about the strengths, in bits. */
  gain: number;
}

export interface NextPairOptions {
  /** Pairs that can be voted on, in any order; all when left out. */
  candidates?: readonly (readonly [string, string])[];
  /** The same votes and seed give the same answer; a new seed for each vote keeps the sides unforeseeable. */
  seed: string;
}

/**
 * The pair whose next vote is expected to tell most about all strengths: ½ log2(1 + information x variance of the
 * difference), the gain in D-optimality (K. Chaloner and I. Verdinelli, Bayesian experimental design: a review,
 * Statistical Science 10, 1995; M. E. Glickman and S. T. Jensen, Adaptive paired comparison design, Journal of
 * Statistical Planning and Inference 127, 2005). Equals are settled by the seed. Undefined when there is no pair.
 */
export function nextPair(table: VoteTable, options: NextPairOptions): NextPair | undefined {
  const fitted = fit(davidsonLikelihood(table));
  const ranked = candidatePairs(table, options)
    .map(([i, j]) => ({ i, j, gain: expectedGain(fitted, i, j) }))
    .map((pair) => ({ ...pair, draw: drawn(options.seed, `${table.ids[pair.i]}\n${table.ids[pair.j]}`) }))
    // Rounding must not decide between pairs of which the same is known.
    .sort((one, other) => Math.round((other.gain - one.gain) * 1e9) || one.draw - other.draw);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const swap = leftIsSecond(table, best, drawn(options.seed, 'side'));
  const [a = '', b = ''] = [table.ids[best.i], table.ids[best.j]];
  return { first: swap ? b : a, second: swap ? a : b, gain: best.gain };
}

function candidatePairs(table: VoteTable, { candidates }: NextPairOptions): [number, number][] {
  const { ids } = table;
  if (candidates === undefined) {
    return ids.flatMap((_, i) => ids.slice(i + 1).map((_, ahead): [number, number] => [i, i + 1 + ahead]));
  }
  const places = new Map(ids.map((id, place) => [id, place]));
  const keys = new Set<number>();
  for (const [one, other] of candidates) {
    const [i = -1, j = -1] = [places.get(one), places.get(other)];
    if (i >= 0 && j >= 0 && i !== j) keys.add(Math.min(i, j) * ids.length + Math.max(i, j));
  }
  return [...keys].sort((a, b) => a - b).map((key) => [Math.floor(key / ids.length), key % ids.length]);
}

function expectedGain(fitted: Fit, i: number, j: number): number {
  const direction = between(fitted, i, j);
  const sd = deviation(fitted, direction);
  // As close as one deviation allows. Chosen by the estimate itself, a contestant that was unlucky at first would not be
  // asked about again: intervals after 40 votes on four equals then cover 92 % instead of 95 %.
  const difference = Math.max(0, Math.abs(dot(direction, fitted.best.x)) - sd);
  return 0.5 * Math.log2(1 + voteInformation(fitted, difference) * sd ** 2);
}

/**
 * The biased coin of B. Efron (Forcing a sequential experiment to be balanced, Biometrika 58, 1971): the one that was on
 * the left less often gets there with probability 2/3. Balance of the pair first, then of all showings of the two.
 */
function leftIsSecond(table: VoteTable, { i, j }: { i: number; j: number }, draw: number): boolean {
  const size = table.ids.length;
  const shown = (left: number, right: number) =>
    table.votes.subarray((left * size + right) * 4, (left * size + right) * 4 + 4).reduce((a, b) => a + b, 0);
  const surplus = (one: number) =>
    table.ids.reduce((sum, _, other) => sum + shown(one, other) - shown(other, one), 0);
  const lead = Math.sign(shown(i, j) - shown(j, i)) || Math.sign(surplus(i) - surplus(j));
  return draw < 0.5 + lead / 6;
}

/** A number from 0 to 1, evenly spread over seeds and purposes. */
function drawn(seed: string, purpose: string): number {
  const bytes = createHash('sha256').update(`${seed}\n${purpose}`).digest();
  return bytes.readUIntBE(0, 6) / 2 ** 48;
}
