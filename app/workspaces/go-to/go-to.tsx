'use client';

import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import { takeTyped, useFocusWanted } from '../focus-wanted.ts';
import { addressOf, type FilePlace } from '../place.ts';
import { searchApi } from '../search/search-api.ts';
import { showName } from '../show-name.ts';
import { useWorkspaces } from '../use-workspaces.ts';

interface GoToProps {
  what: 'file' | 'symbol';
  /** What had the focus before; it gets it back. */
  back: HTMLElement | null;
  onClose: () => void;
}

interface Choice extends FilePlace {
  title: string;
  note: string;
}

/** Goes to a file by its name, or to a symbol by its name, a part of it or its initials. */
export function GoTo({ what, back, onClose }: GoToProps) {
  const router = useRouter();
  const address = useSearchParams();
  const { workspaces } = useWorkspaces();
  const [text, setText] = useState('');
  // The one on the screen, else the one used last.
  const workspace = workspaces.find(({ id }) => id === address.get('id')) ?? workspaces[0];
  const found = useQuery({
    // Nothing of an earlier text stays: Enter must not take what was not asked for.
    queryKey: ['workspaces', 'go-to', workspace?.id, what, text],
    queryFn: ({ signal }) => choices(workspace?.id ?? '', { what, query: text }, signal),
    enabled: workspace !== undefined,
    retry: false,
  });
  const title = what === 'file' ? 'Open a file' : 'Go to a symbol';
  const choose = (choice: FilePlace) => {
    onClose();
    if (workspace === undefined) return;
    useFocusWanted.setState({ text: true });
    router.push(addressOf(workspace.id, choice));
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fades fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup
          aria-label={title}
          finalFocus={() => back}
          className="fades fixed inset-x-3 top-[14vh] z-40 mx-auto max-w-xl rounded-composer border border-line bg-surface shadow-raised outline-none"
        >
          <Command label={title} loop shouldFilter={false}>
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search size={16} aria-hidden="true" className="text-ink-3" />
              <Command.Input
                value={text}
                onValueChange={setText}
                onFocus={() => {
                  const typed = takeTyped();
                  if (typed !== '') setText(typed);
                }}
                placeholder={what === 'file' ? 'Name or path of a file' : 'Name of a function, class, …'}
                className="h-12 min-w-0 flex-1 bg-transparent text-reading outline-none placeholder:text-ink-3"
              />
              {workspace !== undefined && (
                <span className="max-w-32 truncate text-tiny text-ink-3">{workspace.name}</span>
              )}
              <Kbd keys="escape" />
            </div>
            {found.error !== null && (
              <div className="p-3">
                <ErrorNote error={found.error} title="Nothing was looked up." />
              </div>
            )}
            <Command.List className="max-h-[min(420px,56vh)] overflow-y-auto p-1.5">
              <Command.Empty className="px-2.5 py-6 text-center text-small text-ink-2">
                {sentence({
                  open: workspace !== undefined,
                  waits: found.isPending,
                  typed: text !== '',
                  what,
                })}
              </Command.Empty>
              {(found.data ?? []).map((choice) => (
                <Item key={valueOf(choice)} choice={choice} onChoose={choose} />
              ))}
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Item({ choice, onChoose }: { choice: Choice; onChoose: (choice: FilePlace) => void }) {
  const { title, note, path, line } = choice;
  return (
    <Command.Item
      value={valueOf(choice)}
      onSelect={() => onChoose(choice)}
      className="flex min-h-9 cursor-default select-none items-baseline gap-2.5 rounded-control px-2.5 py-1.5 text-small data-[selected=true]:bg-hover"
    >
      <span className="figures shrink-0">{showName(title)}</span>
      <span className="shrink-0 text-tiny text-ink-3">{note}</span>
      <span className="figures ml-auto min-w-0 truncate text-tiny text-ink-3" dir="auto">
        {showName(path)}
        {line ? `:${line}` : ''}
      </span>
    </Command.Item>
  );
}

async function choices(
  id: string,
  { what, query }: { what: GoToProps['what']; query: string },
  signal: AbortSignal,
): Promise<Choice[]> {
  if (what === 'file') {
    const files = await searchApi.files(id, query, signal);
    return files.map(({ path }) => ({ path, title: path.slice(path.lastIndexOf('/') + 1), note: '' }));
  }
  if (query.trim() === '') return [];
  const symbols = await searchApi.symbols(id, query, signal);
  return symbols.map(({ name, kind, container, path, line, end_line: endLine }) => ({
    ...{ path, line, endLine, title: name },
    note: container === null ? kind : `${kind} of ${container.split(' > ').at(-1)}`,
  }));
}

function valueOf({ path, line, title }: Choice): string {
  return `${path}:${line ?? ''} ${title}`;
}

interface Situation extends Pick<GoToProps, 'what'> {
  open: boolean;
  waits: boolean;
  typed: boolean;
}

function sentence({ open, waits, typed, what }: Situation): string {
  if (!open) return 'No folder is open. Open one on the screen Code.';
  if (!typed && what === 'symbol') return 'Type a name, a part of it or its initials.';
  return waits ? 'Looking' : 'Nothing of this name is in the index.';
}
