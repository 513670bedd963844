'use client';

import { MessageSquare, SquarePen } from 'lucide-react';
import { ENTRY_TYPE, questionAddress, readEntry } from '#app/_client/folder-entry.ts';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { ConversationList } from './conversations/conversation-list.tsx';

/** What chat puts into the frame: its screen, the button for a new conversation, and the conversations. */
export const chatSlots: ScreenFeature = {
  name: 'chat',
  slots: {
    'sidebar.action': [{ shortcut: 'conversation.new', label: 'New conversation', icon: SquarePen }],
    'sidebar.item': [
      {
        ...{ href: '/chat', label: 'Chat', icon: MessageSquare },
        drop: { type: ENTRY_TYPE, address: askAboutDropped },
      },
    ],
    'sidebar.list': [{ id: 'conversations', content: ConversationList }],
  },
};

/** A row of the Code screen that is dropped here begins a conversation about it. */
function askAboutDropped(dropped: string): string | null {
  const entry = readEntry(dropped);
  return entry && questionAddress(entry.workspace, entry);
}
