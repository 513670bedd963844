'use client';

import { useId, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';

interface CodeFieldProps {
  label: string;
  value: string;
  placeholder?: string;
  hint: string;
  /** Why what is in force cannot be used; null when it can. */
  problem: string | null;
  /** On leaving the field. Resolves with what is wrong with the text, in a sentence, or null when it was taken. */
  onCommit: (text: string) => Promise<string | null>;
}

/** Some lines of code. What is refused stays in the field, with the reason below it. */
export function CodeField({ label, value, placeholder, hint, problem, onCommit }: CodeFieldProps) {
  const [text, setText] = useState(value);
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = useId();
  const wrong = refusal ?? problem;
  const commit = async () => {
    if (text !== value || refusal !== null) setRefusal(await onCommit(text));
  };
  return (
    <label className="mt-2.5 block">
      <span className="text-small">{label}</span>
      <textarea
        value={text}
        rows={4}
        spellCheck={false}
        placeholder={placeholder}
        aria-invalid={wrong !== null}
        aria-describedby={id}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => void commit()}
        className={classes(
          'figures mt-1 block w-full resize-y rounded-control border bg-surface px-2 py-1 text-tiny outline-none placeholder:text-ink-3 focus:border-accent focus:ring-2 focus:ring-accent/20',
          wrong === null ? 'border-line hover:border-line-strong' : 'border-bad',
        )}
      />
      <span
        id={id}
        role={wrong === null ? undefined : 'alert'}
        className={classes(
          'block text-tiny text-pretty [overflow-wrap:anywhere]',
          wrong === null ? 'text-ink-3' : 'text-bad',
        )}
      >
        {wrong ?? hint}
      </span>
    </label>
  );
}
