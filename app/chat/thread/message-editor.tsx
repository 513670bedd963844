'use client';

import { useEffect, useRef, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { AutosizeTextarea } from '../composer/autosize-textarea.tsx';

interface MessageEditorProps {
  text: string;
  onSend: (text: string) => Promise<void>;
  onCancel: () => void;
}

/** A sent message being rewritten. Sending makes a version beside it; nothing is overwritten. */
export function MessageEditor({ text, onSend, onCancel }: MessageEditorProps) {
  const [draft, setDraft] = useState(text);
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text.length]);
  const send = async () => {
    if (draft.trim() === '' || sending) return;
    setSending(true);
    await onSend(draft);
    setSending(false);
  };
  return (
    <form
      aria-label="Edit message"
      className="rounded-composer border border-line-strong bg-surface p-2.5 shadow-card"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <AutosizeTextarea
        ref={field}
        aria-label="Message"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            onCancel();
          }
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          }
        }}
        className="max-h-[50vh] px-1.5 py-1"
      />
      <div className="mt-2 flex items-center justify-end gap-2">
        <p className="flex-1 px-1.5 text-tiny text-ink-3">
          The old message and its answers stay as a version.
        </p>
        <Button size="small" look="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="small" look="primary" type="submit" disabled={draft.trim() === '' || sending}>
          Send
        </Button>
      </div>
    </form>
  );
}
