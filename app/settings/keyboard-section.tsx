'use client';

import { Button } from '#app/_ui/button.tsx';
import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { useShortcuts } from '#app/_shell/shortcuts.ts';
import { notifyError } from '#app/_ui/toast.ts';
import { KeyField } from './key-field.tsx';
import { Section } from './section.tsx';

/** The list of shortcuts, each to be pressed anew. A key that another one has is taken from it, and said. */
export function KeyboardSection() {
  const shortcuts = useShortcuts();
  const edited = usePreferences((preferences) => preferences.shortcuts);
  const save = (next: Record<string, string[]>) => setPreference('shortcuts', next).catch(notifyError);
  const assign = (id: string, keys: string) => {
    const others = shortcuts.filter((other) => other.id !== id && other.keys.includes(keys));
    const freed = others.map((other) => [other.id, other.keys.filter((key) => key !== keys)] as const);
    void save({ ...edited, ...Object.fromEntries(freed), [id]: [keys] });
  };
  const reset = (id: string) => {
    const { [id]: _, ...rest } = edited;
    void save(rest);
  };
  return (
    <Section title="Keyboard">
      <ul>
        {shortcuts.map((shortcut) => (
          <li
            key={shortcut.id}
            className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 last:border-b-0"
          >
            <span className="min-w-0 flex-1">{shortcut.title}</span>
            {shortcut.id in edited && (
              <Button
                size="small"
                look="quiet"
                aria-label={`Reset the keys of ${shortcut.title}`}
                onClick={() => reset(shortcut.id)}
              >
                Reset
              </Button>
            )}
            <KeyField
              shortcut={shortcut}
              takenBy={(keys) =>
                shortcuts.find((other) => other.id !== shortcut.id && other.keys.includes(keys))?.title
              }
              onAssign={(keys) => assign(shortcut.id, keys)}
            />
          </li>
        ))}
      </ul>
      <div className="flex items-center justify-between gap-3 border-t border-line px-4 py-3">
        <p className="text-tiny text-ink-3 text-pretty">
          A browser tab cannot take the keys of a new window, a new tab and closing a tab.
        </p>
        <Button size="small" disabled={Object.keys(edited).length === 0} onClick={() => void save({})}>
          Reset all
        </Button>
      </div>
    </Section>
  );
}
