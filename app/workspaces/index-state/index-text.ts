import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';

/** What the index does at this moment, in a sentence. */
export function statusText({ status }: Pick<IndexState, 'status'>): string {
  switch (status) {
    case 'waiting':
      return 'Waits for its turn';
    case 'scanning':
      return 'Looks for what changed';
    case 'indexing':
      return 'Reads files';
    case 'watching':
      return 'Up to date; changes are taken up as they happen';
    case 'paused':
      return 'Paused: changes are not taken up';
    case 'failed':
      return 'Failed';
  }
}

/** Rate and time left of the pass, e.g. `320 files/s · 1,804 chunks/s · 12 s left`; empty when nothing runs. */
export function paceText({ rate, seconds_left: left }: Pick<IndexState, 'rate' | 'seconds_left'>): string {
  const parts =
    rate === null ? [] : [`${formatCount(rate.files)} files/s`, `${formatCount(rate.chunks)} chunks/s`];
  if (left !== null) parts.push(`${formatSeconds(left)} left`);
  return parts.join(' · ');
}

/** 0 to 1; null while it is still counted. */
export function fractionOf({ done, total }: { done: number; total: number | null }): number | null {
  if (total === null) return null;
  return total === 0 ? 1 : done / total;
}

export function vectorsText({ status, done, total, error, ...pace }: IndexState['vectors']): string {
  const counts = `${formatCount(done)} of ${formatCount(total)} chunks`;
  switch (status) {
    case 'none':
      return 'None: no embedding model is chosen. The search goes by words and symbols.';
    case 'waiting':
      return `Wait · ${counts}`;
    case 'running': {
      const parts = [counts];
      if (pace.chunks_per_second !== null) parts.push(`${formatCount(pace.chunks_per_second)} chunks/s`);
      if (pace.seconds_left !== null) parts.push(`${formatSeconds(pace.seconds_left)} left`);
      return parts.join(' · ');
    }
    case 'paused':
      return `Paused · ${counts}`;
    case 'ready':
      return counts;
    case 'failed':
      return error ?? 'They failed';
  }
}
