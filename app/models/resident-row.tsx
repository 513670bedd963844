'use client';

import { ArrowUpFromLine, CircleStop } from 'lucide-react';
import { formatBytes, formatSeconds } from '#app/_ui/format.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Resident } from '#server/features/models/contract.ts';
import { modelColor } from './model-color.ts';
import { PinButton } from './pin-button.tsx';
import { useUnload } from './queries.ts';
import { useNow } from './use-now.ts';

const TICK_MS = 5_000;

interface ResidentRowProps {
  resident: Resident;
  name: string;
  /** Among the resident ones, for its colour. */
  place: number;
}

/** One model in memory: bytes, since when, when it leaves; pin and eject. */
export function ResidentRow({ resident, name, place }: ResidentRowProps) {
  const now = useNow(TICK_MS);
  const unload = useUnload();
  const { model_id, state, memory_bytes, cache_bytes, since, used_at, pinned } = resident;
  const coming = state === 'starting' || state === 'loading';
  return (
    <li className="flex min-h-8 items-center gap-2 text-small">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${modelColor(place)}`} />
      <span className="min-w-16 flex-1 truncate">{name}</span>
      <Tooltip
        text={`In memory since ${clock(since)}.\nLast used ${ago(now - used_at)}.\n${formatBytes(memory_bytes - cache_bytes)} for weights, process and a usual conversation,\n${formatBytes(cache_bytes)} for prompts that may come again.`}
      >
        <span className="figures flex flex-wrap justify-end gap-x-3 text-right text-tiny text-ink-3 max-sm:flex-col max-sm:items-end">
          <span className="max-sm:hidden">since {clock(since)}</span>
          <span>{fate(resident, now)}</span>
          <span className="w-16 text-ink-2">{formatBytes(memory_bytes)}</span>
        </span>
      </Tooltip>
      <PinButton modelId={model_id} name={name} pinned={pinned} />
      <IconButton
        icon={coming ? CircleStop : ArrowUpFromLine}
        size="small"
        label={coming ? `Cancel loading ${name}` : `Eject ${name}`}
        disabled={unload.isPending || state === 'stopping'}
        onClick={() => unload.mutate(model_id, { onError: notifyError })}
        className="-mr-1.5"
      />
    </li>
  );
}

/** What becomes of it if nobody does anything. */
function fate({ state, fraction, leaves_at, pinned, active_rows }: Resident, now: number): string {
  switch (state) {
    case 'starting':
    case 'loading':
      return `loading ${Math.round(fraction * 100)} %`;
    case 'restarting':
    case 'stopping':
    case 'failed':
      return state;
    case 'ready':
      if (active_rows > 0) return `${active_rows} answering`;
      if (pinned) return 'pinned';
      if (leaves_at === null) return 'stays';
      return `leaves in ${formatSeconds(Math.max(0, Math.ceil((leaves_at - now) / 1_000)))}`;
  }
}

function clock(time: number): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const hours = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return today ? hours : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${hours}`;
}

function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  return seconds < 10 ? 'just now' : `${formatSeconds(seconds)} ago`;
}
