import { dot } from './cholesky.ts';
import { normalBelow, normalQuantile } from './normal.ts';
import { POINTS_PER_LOGIT } from './points.ts';
import { deviation, type Fit, signedRoot } from './profile.ts';

/** What is known of two contestants; `a` sorts before `b`. */
export interface PairComparison {
  a: string;
  b: string;
  /** Votes counted for strengths: wins of either and ties. */
  votes: number;
  winsA: number;
  winsB: number;
  ties: number;
  bothBad: number;
  /** Points that `a` is ahead. */
  difference: number;
  /** P(a better than b), from all votes, those of other pairs included. */
  probability: number;
  /** `direct`: compared with each other; `indirect`: through others; `none`: nothing but the prior speaks. */
  link: 'direct' | 'indirect' | 'none';
  /** Whether the two are declared different; all such statements of a ranking together err in at most 5 % of rankings. */
  decided: boolean;
  /** About how many more votes on this pair decide it, were the present estimate true; null for more than 500. */
  votesNeeded: number | null;
}

export type PairRecord = Omit<PairComparison, 'difference' | 'probability' | 'decided' | 'votesNeeded'>;

export const VOTES_NEEDED_LIMIT = 500;

const ERROR_RATE = 0.05;

/** Those of 30 contestants. Beyond, likelihood ratios of all pairs take seconds. */
const ROOTED_PAIRS = 435;

/** Two contestants by their places, with their votes. */
export interface Pair {
  i: number;
  j: number;
  record: PairRecord;
}

/**
 * Compares all pairs. A pair is decided by the likelihood ratio less half a vote (the continuity correction of F. Yates,
 * 1934: a few votes can only come out in a few ways), with the levels of S. Holm (A simple sequentially rejective
 * multiple test procedure, Scandinavian Journal of Statistics 6, 1979) over all pairs. With more than 30 contestants, the
 * normal approximation at the maximum stands in for the likelihood ratio.
 */
export function comparePairs(fit: Fit, pairs: readonly Pair[]): PairComparison[] {
  const rooted = pairs.length <= ROOTED_PAIRS;
  const evidence = pairs.map((pair) => weigh(fit, pair, rooted ? signedRoot : normalRoot));
  const { decided, level } = holm(evidence.map(({ p }) => p));
  return pairs.map(({ record }, at) => {
    const { difference, sd, root, information } = evidence[at] ?? nothing;
    const isDecided = decided[at] ?? false;
    const needed = isDecided ? 0 : votesNeeded({ difference, sd, information }, level);
    return {
      ...record,
      difference: difference * POINTS_PER_LOGIT,
      probability: normalBelow(root),
      decided: isDecided,
      votesNeeded: needed,
    };
  });
}

/** Which of several hypotheses are refuted with a joint error rate of 5 %, and the p-value that the next one must reach. */
export function holm(ps: readonly number[]): { decided: boolean[]; level: number } {
  const order = ps.map((p, at) => ({ p, at })).sort((one, other) => one.p - other.p || one.at - other.at);
  const decided = ps.map(() => false);
  let count = 0;
  for (const { p, at } of order) {
    if (p > ERROR_RATE / (ps.length - count)) break;
    decided[at] = true;
    count += 1;
  }
  return { decided, level: ERROR_RATE / Math.max(1, ps.length - count) };
}

interface Evidence {
  /** Logits. */
  difference: number;
  sd: number;
  root: number;
  /** What one more vote on the pair adds to 1 / sd². */
  information: number;
  p: number;
}

const nothing: Evidence = { difference: 0, sd: 1, root: 0, information: 0, p: 1 };

function weigh(fit: Fit, { i, j }: Pair, rootOf: typeof signedRoot): Evidence {
  const direction = between(fit, i, j);
  const difference = dot(direction, fit.best.x);
  const sd = deviation(fit, direction);
  const root = rootOf(fit, direction);
  const corrected = Math.max(0, Math.abs(root) - sd / 2);
  return {
    difference,
    sd,
    root,
    information: voteInformation(fit, difference),
    p: 2 * normalBelow(-corrected),
  };
}

function normalRoot(fit: Fit, direction: Float64Array): number {
  return dot(direction, fit.best.x) / deviation(fit, direction);
}

/** The direction in which `i` is ahead of `j`. */
export function between(fit: Fit, i: number, j: number): Float64Array {
  const direction = new Float64Array(fit.best.x.length);
  direction[i] = 1;
  direction[j] = -1;
  return direction;
}

/** What one vote tells of a difference of strengths (logits), on average over the sides: its Fisher information. */
export function voteInformation(fit: Fit, difference: number): number {
  const { x } = fit.best;
  const side = x[x.length - 2] ?? 0;
  const tie = Math.exp(x[x.length - 1] ?? 0);
  const one = (half: number) => {
    const left = Math.exp(half);
    const right = Math.exp(-half);
    const total = left + right + tie;
    return ((left + right) / total - ((left - right) / total) ** 2) / 4;
  };
  return (one((difference + side) / 2) + one((difference - side) / 2)) / 2;
}

/** Solves |difference| = z sd + sd² / 2 for the sd that decides, and counts the votes that bring it about. */
function votesNeeded(
  pair: Pick<Evidence, 'difference' | 'sd' | 'information'>,
  level: number,
): number | null {
  const z = -normalQuantile(level / 2);
  const sd = Math.sqrt(z ** 2 + 2 * Math.abs(pair.difference)) - z;
  const votes = Math.max(1, Math.ceil((1 / sd ** 2 - 1 / pair.sd ** 2) / pair.information));
  return votes <= VOTES_NEEDED_LIMIT ? votes : null;
}
