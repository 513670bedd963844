'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';
import { classes } from './classes.ts';

interface TextFieldProps extends Omit<ComponentProps<'input'>, 'id'> {
  label: string;
  /** Leaves the label to readers of the screen. */
  hideLabel?: boolean;
  hint?: ReactNode;
  /** What is wrong, in a sentence; announced when it appears. */
  problem?: string | null | undefined;
  mono?: boolean;
}

/** A labelled line of text. */
export function TextField({
  label,
  hideLabel = false,
  hint,
  problem,
  mono = false,
  className,
  ...rest
}: TextFieldProps) {
  const id = useId();
  const wrong = problem !== undefined && problem !== null;
  return (
    <div className={classes('flex min-w-0 flex-col gap-1.5', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-small font-medium'}>
        {label}
      </label>
      <input
        id={id}
        aria-invalid={wrong}
        aria-describedby={wrong || hint !== undefined ? `${id}-note` : undefined}
        autoComplete="off"
        spellCheck={false}
        className={classes(
          'h-8 w-full min-w-0 rounded-control border bg-surface px-2.5 text-small outline-none transition-colors placeholder:text-ink-3 focus:border-accent focus:ring-2 focus:ring-accent/20 disabled:opacity-45',
          wrong ? 'border-bad' : 'border-line hover:border-line-strong',
          mono && 'figures',
        )}
        {...rest}
      />
      <p
        id={`${id}-note`}
        role={wrong ? 'alert' : undefined}
        className={classes('text-tiny text-pretty empty:hidden', wrong ? 'text-bad' : 'text-ink-3')}
      >
        {wrong ? problem : hint}
      </p>
    </div>
  );
}
