'use client';

import { Dialog } from '#app/_ui/dialog.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import { useShellState } from './shell-state.ts';
import { useShortcuts } from './shortcuts.ts';

/** The whole list by group. It is edited in the settings. */
export function ShortcutHelp() {
  const shortcuts = useShortcuts();
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  return (
    <Dialog
      open
      onOpenChange={(help) => useShellState.setState({ help })}
      title="Keyboard shortcuts"
      description="Change them in Settings, Keyboard."
      wide
    >
      <div className="columns-1 gap-8 md:columns-2">
        {groups.map((group) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 text-tiny font-medium text-ink-3">{group}</h3>
            <ul>
              {shortcuts
                .filter((shortcut) => shortcut.group === group)
                .map(({ id, title, keys }) => (
                  <li
                    key={id}
                    className="flex min-h-8 items-center justify-between gap-3 border-t border-line"
                  >
                    <span>{title}</span>
                    <span className="flex items-center gap-2">
                      {keys.length === 0 && <span className="text-tiny text-ink-3">no key</span>}
                      {keys.map((key) => (
                        <span key={key}>
                          <span className="sr-only">{key}</span>
                          <Kbd keys={key} />
                        </span>
                      ))}
                    </span>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
