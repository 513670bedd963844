'use client';

import { ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import { formatCount, formatSeconds } from '#app/_ui/format.ts';

interface ReasoningProps {
  text: string;
  /** It is being written: the answer itself has not begun. */
  thinking: boolean;
  /** Completion tokens so far while it is being written, tokens of the reasoning afterwards; null: not known. */
  tokens: number | null;
  /** From the first thought to the first word; null: not known. */
  seconds: number | null;
}

/** What the model thought before it answered, folded away until somebody wants to read it. */
export function Reasoning({ text, thinking, tokens, seconds }: ReasoningProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const said = tokens === null || tokens === 0 ? '' : `${formatCount(tokens)} tokens`;
  const duration = seconds === null ? 'Thought' : `Thought for ${formatSeconds(seconds)}`;
  return (
    <section aria-label="Reasoning" className="mb-3">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="reach -ml-1 inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-key px-1 text-small text-ink-2 transition-colors hover:text-ink"
      >
        <ChevronRight
          size={14}
          aria-hidden="true"
          className={`shrink-0 text-ink-3 transition-transform ${open ? 'rotate-90' : ''}`}
        />
        <span className={thinking ? 'text-accent' : undefined}>{thinking ? 'Thinking' : duration}</span>
        {said === '' ? null : <span className="figures text-tiny text-ink-3">{said}</span>}
      </button>
      <div
        id={id}
        hidden={!open}
        dir="auto"
        className="mt-1 whitespace-pre-wrap border-l-2 border-line pl-3 text-small text-ink-2 [overflow-wrap:anywhere]"
      >
        {open ? text.trim() : null}
      </div>
    </section>
  );
}
