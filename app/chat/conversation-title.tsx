'use client';

import { useState } from 'react';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Conversation } from '#server/features/chat/contract.ts';
import { RenameField } from './conversations/rename-field.tsx';

/** The title in the header; a press turns it into a field. */
export function ConversationTitle({ conversation }: { conversation: Conversation | undefined }) {
  const [editing, setEditing] = useState(false);
  if (conversation === undefined)
    return <h1 className="truncate text-heading font-semibold">New conversation</h1>;
  const { id, title } = conversation;
  if (editing) {
    return (
      <RenameField
        id={id}
        title={title}
        onDone={() => setEditing(false)}
        className="max-w-md text-heading font-semibold"
      />
    );
  }
  return (
    <h1 className="-ml-1.5 min-w-0">
      <Tooltip text="Rename">
        <button
          type="button"
          onClick={() => setEditing(true)}
          className="block max-w-full truncate rounded-control px-1.5 py-1 text-heading font-semibold transition-colors hover:bg-hover"
        >
          {title || 'New conversation'}
        </button>
      </Tooltip>
    </h1>
  );
}
