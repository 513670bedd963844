'use client';

import { formatCount } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { useIndexState } from './use-index-state.ts';

/** How much of the workspace a search sees, in one line of figures. */
export function IndexSummary({ id }: { id: string }) {
  const { data } = useIndexState(id);
  if (data === undefined) return null;
  return (
    <Tooltip text={`A search here is by ${data.method}.${data.error === null ? '' : `\n${data.error}`}`}>
      <p className={`figures truncate text-tiny ${data.error === null ? 'text-ink-2' : 'text-bad'}`}>
        {summary(data)}
      </p>
    </Tooltip>
  );
}

function summary({ status, files, indexed, vectors }: IndexState): string {
  const counts = [`${formatCount(indexed.files)} files`, `${formatCount(indexed.chunks)} chunks`];
  const share = vectors.total === 0 ? 0 : Math.floor((100 * vectors.done) / vectors.total);
  if (vectors.status !== 'none') counts.push(`vectors ${share} %`);
  switch (status) {
    case 'waiting':
      return 'index waits';
    case 'scanning':
      return `looking for changes · ${counts.join(' · ')}`;
    case 'indexing':
      return `indexing ${formatCount(files.done)} of ${files.total === null ? '?' : formatCount(files.total)} files`;
    case 'paused':
      return `paused · ${counts.join(' · ')}`;
    case 'failed':
      return 'the index failed';
    case 'watching':
      return counts.join(' · ');
  }
}
