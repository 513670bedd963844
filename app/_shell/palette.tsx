'use client';

import { Dialog } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Kbd } from '#app/_ui/kbd.tsx';
import { useShellState } from './shell-state.ts';
import { runShortcut, useShortcuts } from './shortcuts.ts';
import { useSlot } from './slots.tsx';

const ITEM =
  'flex min-h-9 cursor-default select-none items-center gap-2.5 rounded-control px-2.5 text-small data-[selected=true]:bg-hover';

/** Everything that can be run here, by name, with its key: the way to learn the keys. */
export function Palette() {
  const shortcuts = useShortcuts().filter((shortcut) => shortcut.available && shortcut.id !== 'palette');
  const screens = useSlot('sidebar.item');
  const router = useRouter();
  const close = () => useShellState.setState({ palette: false });
  const run = (action: () => void) => {
    close();
    // The dialog gives the focus back first; an action may move it on.
    requestAnimationFrame(action);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fades fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup
          aria-label="Search or run"
          className="fades fixed inset-x-3 top-[14vh] z-40 mx-auto max-w-xl rounded-composer border border-line bg-surface shadow-raised outline-none"
        >
          <Command label="Search or run" loop>
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search size={16} aria-hidden="true" className="text-ink-3" />
              <Command.Input
                placeholder="Type a command or the name of a screen"
                className="h-12 min-w-0 flex-1 bg-transparent text-reading outline-none placeholder:text-ink-3"
              />
              <Kbd keys="escape" />
            </div>
            <Command.List className="max-h-[min(420px,56vh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-2.5 py-6 text-center text-small text-ink-2">
                Nothing by that name can be run here.
              </Command.Empty>
              <Command.Group heading="Run" className="palette-group">
                {shortcuts.map(({ id, title, keys }) => (
                  <Command.Item
                    key={id}
                    value={title}
                    onSelect={() => run(() => runShortcut(id))}
                    className={ITEM}
                  >
                    <span className="min-w-0 flex-1 truncate">{title}</span>
                    {keys[0] !== undefined && <Kbd keys={keys[0]} />}
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading="Go to" className="palette-group">
                {screens.map(({ href, label, icon: Icon }) => (
                  <Command.Item
                    key={href}
                    value={`Go to ${label}`}
                    onSelect={() => run(() => router.push(href))}
                    className={ITEM}
                  >
                    <Icon size={16} aria-hidden="true" className="text-ink-2" />
                    {label}
                  </Command.Item>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
