'use client';

import { Copy, Pencil, Trash2 } from 'lucide-react';
import { memo } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { MentionChips } from '../evidence/mention-chips.tsx';
import { MessageEditor } from './message-editor.tsx';
import { useMessageActions } from './use-message-actions.ts';
import { Versions } from './versions.tsx';

interface UserMessageProps {
  message: Message;
  editing: boolean;
  onEdit: () => void;
  onDone: () => void;
}

/** What the person wrote, as it was written. */
export const UserMessage = memo(function UserMessage({ message, editing, onEdit, onDone }: UserMessageProps) {
  const actions = useMessageActions();
  if (editing) {
    return (
      <MessageEditor
        text={message.text}
        onCancel={onDone}
        onSend={async (text) => {
          if (await actions.edit(message, text)) onDone();
        }}
      />
    );
  }
  return (
    <article aria-label="You" className="group flex flex-col items-end">
      <div
        dir="auto"
        className="max-w-[85%] whitespace-pre-wrap rounded-composer rounded-br-key border border-line bg-sunken px-3.5 py-2 text-reading [overflow-wrap:anywhere]"
      >
        {message.text}
      </div>
      {message.context === null || message.context.mentions.length === 0 ? null : (
        <div className="mt-1.5 flex max-w-[85%] flex-wrap justify-end gap-1.5">
          <MentionChips mentions={message.context.mentions} />
        </div>
      )}
      <div className="-mb-4 flex h-7 items-center gap-0.5 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
        <IconButton
          icon={Copy}
          size="small"
          label="Copy message"
          onClick={() => actions.copy(message.text)}
        />
        <IconButton
          icon={Pencil}
          size="small"
          label="Edit message"
          shortcut="message.edit"
          onClick={onEdit}
        />
        <IconButton
          icon={Trash2}
          size="small"
          label="Delete message"
          onClick={() => void actions.remove(message).catch(notifyError)}
        />
        <Versions message={message} onSelect={(step) => actions.select(message, step)} />
      </div>
    </article>
  );
});
