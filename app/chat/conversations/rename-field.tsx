'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import { notifyError } from '#app/_ui/toast.ts';
import { chatApi } from '../chat-api.ts';
import { putConversation } from '../use-conversation.ts';

interface RenameFieldProps {
  id: string;
  title: string;
  onDone: () => void;
  className?: string;
}

/** The title as a field: Enter and leaving save it, Esc and an empty title keep the old one. */
export function RenameField({ id, title, onDone, className }: RenameFieldProps) {
  const client = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState(title);
  // A menu that closes gives the focus back to its button first.
  useEffect(() => {
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  const cancelled = useRef(false);
  const save = async () => {
    onDone();
    const next = value.trim();
    if (!cancelled.current && next !== '' && next !== title)
      putConversation(client, await chatApi.update(id, { title: next }));
  };
  return (
    <input
      ref={field}
      aria-label="Title of the conversation"
      value={value}
      maxLength={200}
      onChange={(event) => setValue(event.target.value)}
      onBlur={() => void save().catch(notifyError)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') {
          event.preventDefault();
          cancelled.current = true;
          onDone();
        }
      }}
      className={classes(
        'h-[29px] w-full min-w-0 rounded-control border border-accent bg-surface px-[7px] outline-none',
        className,
      )}
    />
  );
}
