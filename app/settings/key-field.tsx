'use client';

import { type KeyboardEvent, useState } from 'react';
import { describe } from '#app/_shell/keys.ts';
import type { Shortcut } from '#app/_shell/shortcut-list.ts';
import { useIsMac } from '#app/_shell/shortcuts.ts';
import { Kbd } from '#app/_ui/kbd.tsx';
import { notify } from '#app/_ui/toast.ts';

interface KeyFieldProps {
  shortcut: Shortcut;
  takenBy: (keys: string) => string | undefined;
  onAssign: (keys: string) => void;
}

/** Shows the keys of a shortcut; a press on it waits for others. Esc and leaving keep what is there. */
export function KeyField({ shortcut, takenBy, onAssign }: KeyFieldProps) {
  const [listening, setListening] = useState(false);
  const mac = useIsMac();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!listening || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    const keys = describe(event.nativeEvent, mac);
    if (keys === null) return;
    setListening(false);
    if (keys === 'escape' || shortcut.keys.includes(keys)) return;
    const loser = takenBy(keys);
    if (loser !== undefined) notify(`${shortcut.title} has these keys now; ${loser} has lost them.`);
    onAssign(keys);
  };
  return (
    <button
      type="button"
      onClick={() => setListening(true)}
      onKeyDown={onKeyDown}
      onBlur={() => setListening(false)}
      className="reach flex min-h-7 min-w-24 items-center justify-end gap-2 rounded-control border border-transparent px-2 transition-colors hover:border-line-strong"
    >
      <span className="sr-only">
        Keys of {shortcut.title}: {shortcut.keys.join(', ') || 'none'}. Press to change.
      </span>
      {listening && <span className="text-tiny text-accent">press the keys…</span>}
      {!listening && shortcut.keys.length === 0 && (
        <span aria-hidden="true" className="text-tiny text-ink-3">
          no key
        </span>
      )}
      {!listening && shortcut.keys.map((keys) => <Kbd key={keys} keys={keys} />)}
    </button>
  );
}
