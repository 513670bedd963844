'use client';

import type { ReactNode } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Kbd } from '#app/_ui/kbd.tsx';
import type { Outcome } from '#server/features/compare/contract.ts';
import { letterColor } from '../letter-mark.tsx';

interface VoteButtonsProps {
  first: string;
  second: string;
  enabled: boolean;
  /** The keys vote on this pair, not on another one of the page. */
  current: boolean;
  onVote: (outcome: Outcome) => void;
}

/** The four verdicts, in the places of their arrow keys. */
export function VoteButtons({ first, second, enabled, current, onVote }: VoteButtonsProps) {
  const keyed = enabled && current;
  useShortcut('compare.first', () => onVote('first'), keyed);
  useShortcut('compare.second', () => onVote('second'), keyed);
  useShortcut('compare.tie', () => onVote('tie'), keyed);
  useShortcut('compare.both-bad', () => onVote('both_bad'), keyed);
  const shared = { enabled, onVote };
  return (
    <div
      role="group"
      aria-label="Vote"
      className="grid grid-cols-2 gap-2.5 max-md:[&>*:nth-child(4)]:order-2 max-md:[&>*:nth-child(2)]:order-3 max-md:[&>*:nth-child(3)]:order-4 max-md:[&>*:nth-child(1)]:order-1 md:grid-cols-[7fr_5fr_5fr_7fr]"
    >
      <VoteButton {...shared} outcome="first" keys="arrowleft" color={letterColor(first)}>
        {first} is better
      </VoteButton>
      <VoteButton {...shared} outcome="tie" keys="arrowup">
        Tie
      </VoteButton>
      <VoteButton {...shared} outcome="both_bad" keys="arrowdown">
        Both bad
      </VoteButton>
      <VoteButton {...shared} outcome="second" keys="arrowright" color={letterColor(second)}>
        {second} is better
      </VoteButton>
    </div>
  );
}

interface VoteButtonProps {
  outcome: Outcome;
  keys: string;
  color?: string;
  enabled: boolean;
  onVote: (outcome: Outcome) => void;
  children: ReactNode;
}

function VoteButton({ outcome, keys, color, enabled, onVote, children }: VoteButtonProps) {
  return (
    <button
      type="button"
      disabled={!enabled}
      onClick={() => onVote(outcome)}
      style={color === undefined ? undefined : { borderColor: color }}
      className="flex h-11 min-w-0 items-center justify-center gap-2.5 rounded-card border border-line-strong bg-surface px-2 text-reading font-medium transition-colors hover:bg-hover disabled:opacity-45"
    >
      <span className="max-md:hidden">
        <Kbd keys={keys} />
      </span>
      <span className="truncate">{children}</span>
    </button>
  );
}
