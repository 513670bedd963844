'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Download, Ellipsis, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { download } from '#app/_client/api.ts';
import { useShellState } from '#app/_shell/shell-state.ts';
import { classes } from '#app/_ui/classes.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { ContextMenu, Menu, type MenuEntry } from '#app/_ui/menu.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { ConversationSummary } from '#server/features/chat/contract.ts';
import { chatApi } from '../chat-api.ts';
import { addressOf, newConversation } from '../open-id.ts';
import { refresh } from '../use-conversation.ts';
import { RenameField } from './rename-field.tsx';
import { deleteConversations } from './use-conversation-list.ts';

interface ConversationRowProps {
  conversation: ConversationSummary;
  open: boolean;
}

/** A conversation in the list: a link, a dot while it answers, and a menu that a right click opens too. */
export function ConversationRow({ conversation, open }: ConversationRowProps) {
  const { id, title, pinned, running } = conversation;
  const [renaming, setRenaming] = useState(false);
  const entries = useEntries(conversation, open, () => setRenaming(true));
  if (renaming) return <RenameField id={id} title={title} onDone={() => setRenaming(false)} />;
  return (
    <ContextMenu entries={entries}>
      <div
        className={classes(
          'group relative flex h-[29px] items-center rounded-control transition-colors',
          open ? 'bg-hover' : 'hover:bg-hover',
        )}
      >
        <Link
          href={addressOf(id)}
          prefetch={false}
          aria-current={open ? 'page' : undefined}
          onClick={() => useShellState.setState({ sidebarSheet: false })}
          onDoubleClick={() => setRenaming(true)}
          className={classes(
            'flex h-full min-w-0 flex-1 items-center gap-2 rounded-control pr-2 pl-2 group-hover:pr-8 group-focus-within:pr-8',
            open ? 'text-ink' : 'text-ink-2',
          )}
        >
          <span className="min-w-0 flex-1 truncate">{title || 'New conversation'}</span>
          {running && <RunningDot />}
          {pinned && !running && (
            <Pin
              size={14}
              aria-label="pinned"
              className="text-ink-3 group-hover:hidden group-focus-within:hidden"
            />
          )}
        </Link>
        <div className="absolute right-0.5 opacity-0 transition-opacity group-hover:opacity-100 group-focus-within:opacity-100 has-data-[popup-open]:opacity-100">
          <Menu
            entries={entries}
            align="start"
            trigger={<IconButton icon={Ellipsis} size="small" label={`Actions for ${title}`} />}
          />
        </div>
      </div>
    </ContextMenu>
  );
}

function RunningDot() {
  return (
    <span
      role="img"
      aria-label="answering"
      className="size-2 shrink-0 rounded-full bg-accent ring-2 ring-accent-soft group-hover:hidden"
    />
  );
}

function useEntries(conversation: ConversationSummary, open: boolean, rename: () => void): MenuEntry[] {
  const { id, title, pinned } = conversation;
  const client = useQueryClient();
  const router = useRouter();
  const pin = async () => {
    await chatApi.update(id, { pinned: !pinned });
    await refresh(client, id);
  };
  const remove = async () => {
    await deleteConversations(client, [conversation]);
    if (open) newConversation(router);
  };
  return [
    { label: 'Rename', icon: Pencil, run: rename },
    {
      label: pinned ? 'Unpin' : 'Pin',
      icon: pinned ? PinOff : Pin,
      run: () => void pin().catch(notifyError),
    },
    {
      label: 'Export as Markdown',
      icon: Download,
      run: () =>
        void download(`/chat/conversations/${id}/export`, { method: 'GET' }, `${title}.md`).catch(
          notifyError,
        ),
    },
    'separator',
    { label: 'Delete', icon: Trash2, danger: true, run: () => void remove().catch(notifyError) },
  ];
}
