'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Menu } from '#app/_ui/menu.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Comparison } from '#server/features/compare/contract.ts';
import { contestantNames } from '../contestant-name.ts';
import { Pill } from '../pill.tsx';
import { addressOf } from '../place.ts';
import { RenameDialog } from './rename-dialog.tsx';
import { deleteComparison } from './use-comparisons.ts';

/** One comparison: what it asks, who answers, how many votes, and when. */
export function ComparisonRow({ comparison }: { comparison: Comparison }) {
  const { id, title, kind, votes, turns, status, contestants, updated_at } = comparison;
  const client = useQueryClient();
  const [renaming, setRenaming] = useState(false);
  const names = [...contestantNames(contestants).values()].join(' · ');
  return (
    <li className="group relative flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-b-0 hover:bg-hover">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 items-center gap-2">
          <Link
            href={addressOf.comparison(id)}
            prefetch={false}
            className="truncate font-medium after:absolute after:inset-0"
          >
            {title || 'Untitled comparison'}
          </Link>
          {kind === 'run' ? <Pill>run</Pill> : null}
          {status === 'idle' ? null : <Pill>{status}</Pill>}
        </p>
        <p className="truncate text-tiny text-ink-2">{names}</p>
      </div>
      <p className="figures shrink-0 text-right text-tiny text-ink-2">
        {votes} {votes === 1 ? 'vote' : 'votes'}
        <span className="block text-ink-3">
          {turns} {turns === 1 ? 'prompt' : 'prompts'} · {day(updated_at)}
        </span>
      </p>
      <div className="relative">
        <Menu
          trigger={<IconButton icon={Ellipsis} size="small" label={`Actions for ${title}`} />}
          entries={[
            { label: 'Rename', icon: Pencil, run: () => setRenaming(true) },
            'separator',
            {
              label: 'Delete',
              icon: Trash2,
              danger: true,
              run: () => void deleteComparison(client, comparison).catch(notifyError),
            },
          ]}
        />
      </div>
      <RenameDialog key={title} id={id} title={title} open={renaming} onOpenChange={setRenaming} />
    </li>
  );
}

function day(at: number): string {
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}
