'use client';

import { Database } from 'lucide-react';
import Link from 'next/link';
import { useShellState } from '#app/_shell/shell-state.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { addressOf } from '../place.ts';
import { useIndexShown } from './index-shown.ts';
import { useRunningIndexes } from './use-running-indexes.ts';

/** A line for each folder whose files are being read; a press shows how far its index is. */
export function RunningList() {
  const running = useRunningIndexes();
  return running.map(({ id, name, fraction }) => (
    <Link
      key={id}
      href={addressOf(id)}
      prefetch={false}
      onClick={() => {
        useIndexShown.setState({ id });
        useShellState.setState({ sidebarSheet: false });
      }}
      className="mb-1.5 block rounded-control px-2 py-1 text-ink-2 hover:text-ink"
    >
      <span className="flex items-center gap-2">
        <Database size={15} aria-hidden="true" />
        <span className="sr-only">Indexing </span>
        <span className="min-w-0 flex-1 truncate">{name}</span>
        <span className="figures text-tiny">
          {fraction === null ? 'counting files' : `${Math.floor(fraction * 100)} %`}
        </span>
      </span>
      <Progress className="mt-2" label={`Files of ${name} read`} fraction={fraction} />
    </Link>
  ));
}
