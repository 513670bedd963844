'use client';

import { MessageSquare, SquarePen } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { ConversationList } from './conversations/conversation-list.tsx';

/** What chat puts into the frame: its screen, the button for a new conversation, and the conversations. */
export const chatSlots: ScreenFeature = {
  name: 'chat',
  slots: {
    'sidebar.action': [{ shortcut: 'conversation.new', label: 'New conversation', icon: SquarePen }],
    'sidebar.item': [{ href: '/chat', label: 'Chat', icon: MessageSquare }],
    'sidebar.list': [{ id: 'conversations', content: ConversationList }],
  },
};
