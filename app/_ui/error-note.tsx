'use client';

import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { toApiError } from '#app/_client/api-error.ts';
import { CopyText } from './copy-text.tsx';

interface ErrorNoteProps {
  /** Anything thrown, or the error of a message or job. */
  error: unknown;
  /** What was not done, e.g. `The model was not loaded.` */
  title?: string;
  /** Buttons: what to do next. */
  actions?: ReactNode;
}

/** What happened, what was kept, what to do next, and the log id to copy. */
export function ErrorNote({ error, title, actions }: ErrorNoteProps) {
  const { message, logId } = toApiError(error);
  return (
    <div
      role="alert"
      className="flex gap-2.5 rounded-card border border-bad/30 bg-bad-soft px-3 py-2.5 text-small"
    >
      <CircleAlert size={16} aria-hidden="true" className="mt-px text-bad" />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className="font-medium">{title}</p>}
        <p className="break-words text-pretty">{message}</p>
        {logId !== undefined && (
          <p className="mt-1 text-tiny text-ink-2">
            Log id <CopyText text={logId} label="log id" />
          </p>
        )}
        {actions !== undefined && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
