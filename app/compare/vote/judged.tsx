'use client';

import { ArrowRight, MessageSquarePlus, Undo2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Button } from '#app/_ui/button.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import type { Vote } from '#server/features/compare/contract.ts';
import { outcomeWords } from './verdicts.ts';
import { VoteNotes } from './vote-notes.tsx';

interface JudgedProps {
  vote: Vote;
  first: string;
  second: string;
  current: boolean;
  /** It was cast here and now, not found on opening the page. */
  fresh: boolean;
  pending: boolean;
  onUndo: (vote: Vote) => void;
  /** To the next pair; absent where there is none. */
  onNext?: (() => void) | undefined;
}

/** The vote as it stands: take it back, say why, go on. */
export function Judged(props: JudgedProps) {
  const { vote, first, second, current, fresh, pending, onUndo, onNext } = props;
  const place = useRef<HTMLDivElement>(null);
  useShortcut('compare.undo', () => onUndo(vote), current && !pending);
  // The button that had the focus is gone: whoever votes by keyboard goes on from here.
  useEffect(() => {
    const { activeElement, body } = document;
    if (fresh && (activeElement === body || activeElement === null))
      place.current?.querySelector('button')?.focus({ preventScroll: true });
  }, [fresh]);
  return (
    <div
      ref={place}
      className="flex min-h-11 flex-wrap items-center gap-2 rounded-card border border-line bg-sunken px-4 py-1.5"
    >
      <p role="status" className="min-w-40 flex-1 text-small">
        Your vote: <b className="font-medium">{outcomeWords(vote.outcome, first, second)}</b>
        {vote.reason === '' ? null : <span className="text-ink-2"> · {vote.reason}</span>}
      </p>
      {onNext === undefined ? null : (
        <Button look="primary" icon={ArrowRight} onClick={onNext} disabled={pending}>
          Next pair
        </Button>
      )}
      <Popover
        title="Why this vote"
        side="top"
        align="end"
        className="w-[min(400px,calc(100vw-16px))] p-4"
        trigger={<Button icon={MessageSquarePlus}>{vote.reason === '' ? 'Say why' : 'Change why'}</Button>}
      >
        <VoteNotes vote={vote} first={first} second={second} />
      </Popover>
      <Button
        icon={Undo2}
        onClick={() => onUndo(vote)}
        disabled={pending}
        aria-keyshortcuts="Control+Z Meta+Z"
      >
        Undo
        <span className="max-md:hidden">
          <Kbd keys="mod+z" />
        </span>
      </Button>
    </div>
  );
}
