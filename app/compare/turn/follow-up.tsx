'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowUp, Square } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { ulid } from 'ulid';
import { usePreferences } from '#app/_client/preferences.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Button } from '#app/_ui/button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { compareApi } from '../compare-api.ts';
import { putTurn } from '../use-comparison.ts';

interface FollowUpProps {
  comparisonId: string;
  running: boolean;
  onStop: () => void;
}

/** The next question to all contestants, each on its own history; or the button that stops them all. */
export function FollowUp({ comparisonId, running, onStop }: FollowUpProps) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  /** A repeated attempt at the same text keeps its id, so that it can never be asked twice. */
  const attempt = useRef({ text: '', id: '' });
  const enterSends = usePreferences((preferences) => preferences.enterSends);
  const ask = useMutation({
    mutationFn: () => {
      if (attempt.current.text !== text) attempt.current = { text, id: ulid() };
      return compareApi.ask(comparisonId, { prompt: text, request_id: attempt.current.id });
    },
    onSuccess: (turn) => {
      attempt.current = { text: '', id: '' };
      setText('');
      putTurn(client, turn);
    },
    onError: notifyError,
  });
  const sendable = text.trim() !== '' && !running && !ask.isPending;
  useShortcut('answer.stop', onStop, running);
  useShortcut('composer.focus', () => document.getElementById('follow-up')?.focus());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.key !== 'Enter') return;
    const mod = event.ctrlKey || event.metaKey;
    if (!mod && (!enterSends || event.shiftKey)) return;
    event.preventDefault();
    if (sendable) ask.mutate();
  };
  return (
    <form
      aria-label="Ask all contestants"
      className="flex items-end gap-2 rounded-composer border border-line-strong bg-surface py-2 pr-2.5 pl-4 shadow-card focus-within:border-ink-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) ask.mutate();
      }}
    >
      <textarea
        id="follow-up"
        aria-label="Follow-up to all"
        placeholder="Ask all something more"
        value={text}
        rows={1}
        dir="auto"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="max-h-[30vh] min-h-8 min-w-0 flex-1 resize-none bg-transparent py-1 text-reading outline-none [field-sizing:content] placeholder:text-ink-3"
      />
      {running ? (
        <Button icon={Square} onClick={onStop} aria-keyshortcuts="Escape">
          Stop all
        </Button>
      ) : (
        <Button type="submit" look="primary" icon={ArrowUp} disabled={!sendable}>
          Ask all
        </Button>
      )}
    </form>
  );
}
