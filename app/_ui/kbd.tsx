'use client';

import { keyLabels } from '#app/_shell/keys.ts';
import { useIsMac } from '#app/_shell/shortcuts.ts';
import { classes } from './classes.ts';

interface KbdProps {
  /** As in the shortcut list, e.g. `mod+shift+o`. */
  keys: string;
  /** On a filled surface, such as the send button or a tooltip. */
  inverted?: boolean;
}

/** Key caps, one for each key, with this machine's names. */
export function Kbd({ keys, inverted = false }: KbdProps) {
  const labels = keyLabels(keys, useIsMac());
  return (
    <span className="inline-flex shrink-0 gap-0.5" aria-hidden="true">
      {labels.map((label) => (
        <kbd
          key={label}
          className={classes(
            'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-key border px-1 font-sans text-key',
            inverted ? 'border-current/30' : 'border-line-strong bg-surface text-ink-2',
          )}
        >
          {label}
        </kbd>
      ))}
    </span>
  );
}
