'use client';

import { useId } from 'react';
import type { Origin } from './use-origin.ts';

interface PromptFieldProps {
  value: string;
  origin: Origin | undefined;
  onChange: (text: string) => void;
  /** mod+Enter. */
  onSubmit: () => void;
}

/** What all of them are asked. */
export function PromptField({ value, origin, onChange, onSubmit }: PromptFieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-heading font-semibold">
        Prompt
      </label>
      <textarea
        id={id}
        rows={4}
        dir="auto"
        value={value}
        placeholder="Ask all of them the same thing"
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onSubmit();
        }}
        className="mt-2 block max-h-[50vh] min-h-24 w-full resize-y rounded-composer border border-line-strong bg-surface px-4 py-3 text-reading shadow-card outline-none [field-sizing:content] placeholder:text-ink-3 focus:border-ink-3"
      />
      <p id={`${id}-note`} className="mt-1.5 text-tiny text-ink-2 text-pretty empty:hidden">
        {origin === undefined ? '' : describe(origin)}
      </p>
    </div>
  );
}

function describe({ title, prompt, before }: Origin): string {
  const name = title === '' ? 'a conversation' : `“${title}”`;
  if (prompt === null) return `From ${name}. Leave the prompt empty to ask what was asked there.`;
  if (before === 0) return `From ${name}.`;
  return `From ${name}: ${before === 1 ? 'the message' : `the ${before} messages`} before it become the history of every contestant.`;
}
