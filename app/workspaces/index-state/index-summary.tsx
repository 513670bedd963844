'use client';

import { Database } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatCount } from '#app/_ui/format.ts';
import { Popover } from '#app/_ui/popover.tsx';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { IndexPanel } from './index-panel.tsx';
import { useIndexShown } from './index-shown.ts';
import { ProblemsDialog } from './problems-dialog.tsx';
import { useIndexState } from './use-index-state.ts';

/** How much of the workspace a search sees, in one line of figures; a press shows the rest. */
export function IndexSummary({ id }: { id: string }) {
  const { data } = useIndexState(id);
  const open = useIndexShown((state) => state.id === id);
  const setOpen = (next: boolean) => useIndexShown.setState({ id: next ? id : null });
  const [problems, setProblems] = useState(false);
  useEffect(() => () => useIndexShown.setState({ id: null }), []);
  if (data === undefined) return null;
  const showProblems = () => {
    setOpen(false);
    setProblems(true);
  };
  return (
    <>
      <Popover
        title="Index"
        align="start"
        open={open}
        onOpenChange={setOpen}
        className="w-[min(340px,calc(100vw-16px))] p-3.5"
        trigger={
          <button
            type="button"
            className={`reach flex h-8 max-w-full items-center rounded-control px-1.5 hover:bg-hover ${data.error === null ? 'text-ink-2' : 'text-bad'}`}
          >
            <span className="sr-only">Index: </span>
            <Database size={16} aria-hidden="true" className="md:hidden" />
            <span className="figures truncate text-tiny max-md:sr-only">{summary(data)}</span>
          </button>
        }
      >
        <IndexPanel id={id} state={data} onProblems={showProblems} />
      </Popover>
      <ProblemsDialog id={id} open={problems} onOpenChange={setProblems} />
    </>
  );
}

function summary({ status, files, indexed, vectors }: IndexState): string {
  const counts = [count(indexed.files, 'file'), count(indexed.chunks, 'chunk')];
  const { status: made, done, total } = vectors;
  if (made !== 'none' && total > 0) counts.push(`vectors ${Math.floor((100 * done) / total)} %`);
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

function count(number: number, one: string): string {
  return `${formatCount(number)} ${one}${number === 1 ? '' : 's'}`;
}
