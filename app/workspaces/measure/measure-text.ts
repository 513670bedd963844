import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import type { Measurement, ModeResult } from '#server/features/retrieval/measure/contract.ts';

/** From this MRR@10 on a search is called semantic: below it words do nearly all of the work. */
const SEMANTIC_FROM = 0.45;

/** Whether there is more to come of it by itself. */
export function isUnderWay({ status }: Pick<Measurement, 'status'>): boolean {
  return status === 'queued' || status === 'running' || status === 'paused';
}

/** What a way of searching is called; `semantic` must be earned. */
export function modeName({ mode, mrr }: Pick<ModeResult, 'mode' | 'mrr'>): string {
  if (mode === 'lexical') return 'Words and symbols';
  return mrr.value >= SEMANTIC_FROM ? 'Semantic search' : 'With meaning';
}

/** What is measured, in the words of the one who looks at `workspaceId`. */
export function subjectOf(
  { kind, workspace_id: of, result }: Pick<Measurement, 'kind' | 'workspace_id' | 'result'>,
  workspaceId: string,
): string {
  if (result !== null) return result.corpus.name;
  if (kind === 'stdlib') return 'Python’s library';
  return of === workspaceId ? 'History of this folder' : 'History of another folder';
}

/** What it is at, e.g. `Asking · 120 of 3,550 · 40 s left`. */
export function progressText({ status, step, done, total, seconds_left: left }: Measurement): string {
  if (status === 'queued') return 'Waits for its turn';
  const parts = [status === 'paused' ? 'Paused' : (step ?? 'Starting')];
  if (total !== null) parts.push(`${formatCount(done)} of ${formatCount(total)}`);
  if (left !== null) parts.push(`${formatSeconds(left)} left`);
  return parts.join(' · ');
}

/** Three places for a mean, whole percents for a share of the questions. */
export function formatFigure(value: number, unit: 'mean' | 'share'): string {
  return unit === 'mean' ? value.toFixed(3) : `${Math.round(value * 100)} %`;
}

/**
 * Those that can be compared with one another, oldest first: of the same part of the library, or of the same folder's
 * history.
 */
export function comparableWith(chosen: Measurement, all: readonly Measurement[]): Measurement[] {
  const corpus = (one: Measurement) =>
    one.kind === 'history' ? one.workspace_id : (one.result?.corpus.name ?? null);
  return all
    .filter((one) => one.result !== null && one.kind === chosen.kind && corpus(one) === corpus(chosen))
    .toReversed();
}
