'use client';

import type { DragEvent } from 'react';
import { notify, notifyError } from '#app/_ui/toast.ts';
import { addMention } from './asked.ts';
import { readDrop } from './dropped.ts';

interface DropOptions {
  workspaceId: string | null;
  conversationId: string | null;
  onText: (text: string) => void;
}

/** Handlers of the message form: a file of the folder is pointed at, text goes into the message. */
export function useDrop({ workspaceId, conversationId, onText }: DropOptions) {
  const take = async (drop: DataTransfer) => {
    const { mentions, text, refused } = await readDrop(drop, workspaceId);
    for (const mention of mentions) addMention(conversationId, mention);
    if (text !== '') onText(text);
    if (refused.length > 0) notify(refused.join(' '));
  };
  return {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      void take(event.dataTransfer).catch(notifyError);
    },
  };
}
