import type { ModeResult, MeasurementResult } from './contract.ts';
import { ask, type Asked, type Question } from './asking.ts';
import { estimate, mean, type Rank, reciprocal, split } from './statistics.ts';

export interface Evaluation extends Asked {
  questions: readonly Question[];
  /** Null: words alone are measured. */
  embedder: { id: string; name: string } | null;
  progress(done: number, total: number): void;
}

export type Evaluated = Pick<MeasurementResult, 'tuned_on' | 'reported_on' | 'modes' | 'tuning'> & {
  /** What the tuning part chose; null for words alone. */
  weight: number | null;
};

/** What meaning may weigh: words keep at least 0.7. */
export const WEIGHTS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

/**
 * Chooses the embedder's weight on a fifth of the questions and reports on the others, which never take part in the
 * choice. Rejects with the signal's reason.
 */
export async function evaluate(evaluation: Evaluation): Promise<Evaluated> {
  const { questions, embedder, progress } = evaluation;
  const { tuning, reported } = split(questions);
  const tuned = embedder ? tuning : [];
  const total = tuned.length + reported.length;
  const scores = WEIGHTS.map((): number[] => []);
  let done = 0;
  for (const question of tuned) {
    const { ranks } = await ask(evaluation, question, WEIGHTS);
    ranks.forEach((rank, at) => scores[at]?.push(reciprocal(rank)));
    progress((done += 1), total);
  }
  const tuningCurve = WEIGHTS.map((weight, at) => ({ weight, mrr: mean(scores[at] ?? []) }));
  const weight = embedder ? bestOf(tuningCurve) : null;
  const modes = weight === null ? [null] : [null, weight];
  const ranks = modes.map((): Rank[] => []);
  const times: number[] = [];
  for (const question of reported) {
    const found = await ask(evaluation, question, modes);
    found.ranks.forEach((rank, at) => ranks[at]?.push(rank));
    times.push(found.took);
    progress((done += 1), total);
  }
  const results = modes.map((of, at) => modeResult({ weight: of, embedder, ranks: ranks[at] ?? [], times }));
  return {
    ...{ tuned_on: tuned.length, reported_on: reported.length, weight },
    modes: await Promise.all(results),
    tuning: embedder ? tuningCurve : [],
  };
}

/** The weight with the best mean; of equals the smallest, which trusts words more. */
export function bestOf(curve: MeasurementResult['tuning']): number {
  const best = Math.max(...curve.map(({ mrr }) => mrr));
  return curve.find(({ mrr }) => mrr === best)?.weight ?? 0;
}

async function modeResult({
  weight,
  embedder,
  ranks,
  times,
}: {
  weight: number | null;
  embedder: Evaluation['embedder'];
  ranks: readonly Rank[];
  times: readonly number[];
}): Promise<ModeResult> {
  const within = (most: number) => ranks.map((rank) => (rank !== null && rank <= most ? 1 : 0));
  return {
    mode: weight === null ? 'lexical' : 'hybrid',
    embedder: weight === null ? null : embedder,
    weight,
    mrr: await estimate(ranks.map(reciprocal)),
    acc_1: await estimate(within(1)),
    acc_10: await estimate(within(10)),
    p50_ms: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
  };
}
