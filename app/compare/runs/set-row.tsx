'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Play, Trash2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { PromptSet } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { Pill } from '../pill.tsx';
import { addressOf } from '../place.ts';
import { keys } from '../use-comparison.ts';

/** Prompts shown before the rest is only counted. */
const SHOWN = 20;

/** One set: unfold it to read its first prompts, run it, or delete one's own. */
export function SetRow({ set }: { set: PromptSet }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <li className="border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="reach min-w-0 flex-1 truncate text-left font-medium hover:underline"
        >
          {set.name}
        </button>
        {set.builtin ? <Pill>built in</Pill> : null}
        <span className="figures text-tiny text-ink-2">{formatCount(set.prompts)} prompts</span>
        <Button size="small" icon={Play} onClick={() => router.push(addressOf.newRun(set.id))}>
          Run<span className="sr-only"> {set.name}</span>
        </Button>
        {set.builtin ? null : <DeleteSet set={set} />}
      </div>
      {open ? <Prompts id={set.id} total={set.prompts} /> : null}
    </li>
  );
}

function Prompts({ id, total }: { id: string; total: number }) {
  const { data, error } = useQuery({
    queryKey: [...keys.sets, id],
    queryFn: () => compareApi.openSet(id, SHOWN),
  });
  if (error !== null) return <ErrorNote error={error} title="The prompts could not be read." />;
  if (data === undefined) return <p className="mt-2 text-tiny text-ink-3">Reading the prompts</p>;
  return (
    <>
      <ol className="mt-2 flex list-decimal flex-col gap-1.5 pl-6 text-ink-2 marker:text-ink-3">
        {data.prompts.map(({ prompt, tags, checks }, index) => (
          // Prompts of a set have no id; the list never changes its order.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <span className="line-clamp-2">{prompt}</span>
            <span className="text-tiny text-ink-3">
              {[
                ...tags,
                checks.length === 0 ? null : `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      {total > data.prompts.length ? (
        <p className="mt-1.5 text-tiny text-ink-3">and {formatCount(total - data.prompts.length)} more</p>
      ) : null}
    </>
  );
}

function DeleteSet({ set }: { set: PromptSet }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    await compareApi.removeSet(set.id);
    await client.invalidateQueries({ queryKey: keys.sets });
  };
  return (
    <>
      <IconButton icon={Trash2} size="small" label={`Delete ${set.name}`} onClick={() => setAsking(true)} />
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete “${set.name}”?`}
        description="Runs that used it keep their prompts and answers."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="danger" onClick={() => void remove().catch(notifyError)}>
              Delete
            </Button>
          </>
        }
      />
    </>
  );
}
