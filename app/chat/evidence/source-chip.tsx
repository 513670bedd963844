'use client';

import { CircleCheck, FileClock, FileText } from 'lucide-react';
import Link from 'next/link';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import { codeAddress, placeName } from './code-address.ts';

interface SourceChipProps {
  source: {
    number: number;
    workspace_id: string;
    path: string;
    line: number;
    end_line: number;
    name: string | null;
  };
  verified: boolean;
  stale: boolean;
  /** What the model read; undefined while it is fetched. */
  text: string | undefined;
}

const TIP_LINES = 12;

/** A source under an answer: its number, its place, whether what is said of it was verified, whether it changed since. */
export function SourceChip({ source, verified, stale, text }: SourceChipProps) {
  const { number, workspace_id, name } = source;
  const Icon = stale ? FileClock : verified ? CircleCheck : FileText;
  const state = stale ? 'changed since' : verified ? 'verified' : 'read';
  const tip = text === undefined ? placeName(source) : text.split('\n').slice(0, TIP_LINES).join('\n');
  return (
    <Tooltip text={stale ? `This changed since the model read:\n${tip}` : tip}>
      <Link
        href={codeAddress(workspace_id, source)}
        prefetch={false}
        className="reach inline-flex h-7 min-w-0 max-w-full items-center gap-1.5 rounded-control border border-line bg-surface px-2.5 font-mono text-tiny transition-colors hover:border-line-strong"
      >
        <Icon
          size={14}
          aria-hidden="true"
          className={stale ? 'shrink-0 text-warn' : verified ? 'shrink-0 text-accent' : 'shrink-0 text-ink-3'}
        />
        <span className="font-semibold">{number}</span>
        <span className="truncate">{placeName(source)}</span>
        {name === null ? null : <span className="truncate text-ink-3 max-sm:hidden">{name}</span>}
        {stale ? <span className="shrink-0 text-warn">changed</span> : null}
        <span className="sr-only"> ({state})</span>
      </Link>
    </Tooltip>
  );
}
