'use client';

import { Dialog } from '@base-ui/react/dialog';
import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Kbd } from '#app/_ui/kbd.tsx';
import type { MessageAnswer } from '#server/features/retrieval/conversations/contract.ts';
import { addressOf } from '../retrieval-api.ts';
import { FoundMessage } from './found-message.tsx';
import { useFound } from './use-found.ts';
import type { Wanted } from './wanted.ts';

/** Every message of every conversation: typed for, or like one of them. */
export function EverythingDialog({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const [text, setText] = useState('');
  const { data, error } = useFound(wanted, text);
  const router = useRouter();
  const label = wanted.kind === 'search' ? 'Search all messages' : 'Similar messages';
  const idle = wanted.kind === 'search' && text.trim() === '';
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fades fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup
          aria-label={label}
          className="fades fixed inset-x-3 top-[10vh] z-40 mx-auto max-w-2xl rounded-composer border border-line bg-surface shadow-raised outline-none"
        >
          <Command label={label} shouldFilter={false} loop>
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search size={16} aria-hidden="true" className="text-ink-3" />
              {wanted.kind === 'search' ? (
                <Command.Input
                  value={text}
                  onValueChange={setText}
                  placeholder="Words, or what was meant"
                  className="h-12 min-w-0 flex-1 bg-transparent text-reading outline-none placeholder:text-ink-3"
                />
              ) : (
                <h2 className="flex h-12 flex-1 items-center text-reading">Messages like this one</h2>
              )}
              <Kbd keys="escape" />
            </div>
            {error !== null && <ErrorNote error={error} title="Messages could not be searched." />}
            <Command.List className="max-h-[min(560px,62vh)] overflow-y-auto p-1.5">
              {!idle &&
                data?.results.map((found) => (
                  <FoundMessage
                    key={found.message_id}
                    found={found}
                    onOpen={() => {
                      onClose();
                      router.push(addressOf(found.conversation_id, found.message_id));
                    }}
                  />
                ))}
            </Command.List>
            <p role="status" className="border-t border-line px-4 py-2 text-tiny text-ink-3">
              {idle
                ? 'Looks into every conversation. “Quoted words” are looked for side by side.'
                : said(data)}
            </p>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function said(answer: MessageAnswer | undefined): string {
  if (answer === undefined) return 'Searching';
  const { results, truncated, method, note } = answer;
  const how = method === 'words' ? 'searched by words' : `searched by ${method.replace('+', 'and')}`;
  const found =
    results.length === 0 ? 'Nothing relevant was found' : `${results.length}${truncated ? '+' : ''} found`;
  return [`${found}, ${how}.`, note].filter((part) => part !== null).join(' ');
}
