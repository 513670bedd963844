'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { ApiError } from '#app/_client/api-error.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { chatApi, type Overflow, type Started } from '../chat-api.ts';
import { addressOf } from '../open-id.ts';
import { versionBeside } from '../path.ts';
import { putMessage, putView, refresh } from '../use-conversation.ts';

/** What can be done with a message. Failures are told at the corner; a full context window offers the way out. */
export function useMessageActions() {
  const client = useQueryClient();
  const router = useRouter();
  const begin = async (id: string, start: (overflow: Overflow) => Promise<Started>): Promise<boolean> => {
    try {
      await start('refuse');
    } catch (error) {
      if (error instanceof ApiError && error.code === 'context_overflow')
        offerToDrop(error, () => begin(id, () => start('drop_oldest')));
      else notifyError(error);
      return false;
    }
    await refresh(client, id);
    return true;
  };
  return {
    copy: (text: string) =>
      void navigator.clipboard.writeText(text).then(() => notify('Copied'), notifyError),
    stop: (message: Message) => void chatApi.stop(message.id).catch(notifyError),
    edit: (message: Message, text: string) =>
      begin(message.conversation_id, (overflow) => chatApi.edit(message.id, { text, overflow })),
    regenerate: (message: Message, model_id?: string) =>
      void begin(message.conversation_id, (overflow) =>
        chatApi.regenerate(message.id, { overflow, ...(model_id === undefined ? {} : { model_id }) }),
      ),
    /** Searches the folder again: a version of the question, and an answer to it. */
    searchAgain: (message: Message) =>
      void begin(message.conversation_id, (overflow) =>
        chatApi.regenerate(message.id, { overflow, refresh: true }),
      ),
    resume: (message: Message) =>
      void chatApi.resume(message.id).then((resumed) => putMessage(client, resumed), notifyError),
    select: (message: Message, step: -1 | 1) => {
      const version = versionBeside(message, step);
      if (version !== undefined)
        void chatApi.select(version).then((view) => putView(client, view), notifyError);
    },
    branch: async (message: Message) => {
      const made = await chatApi.branch(message.id);
      router.push(addressOf(made.id));
      notify('This is a new conversation with a copy of the path so far.');
    },
    remove: async (message: Message) => {
      putView(client, await chatApi.removeMessage(message.id));
      const restore = async () => putView(client, await chatApi.restoreMessage(message.id));
      notify(
        message.role === 'user' ? 'Message and what followed deleted' : 'Answer and what followed deleted',
        {
          action: { label: 'Undo', run: () => void restore().catch(notifyError) },
        },
      );
    },
  };
}

export type MessageActions = ReturnType<typeof useMessageActions>;

function offerToDrop(error: ApiError, run: () => Promise<boolean>): void {
  notify('The context window is full', {
    description: error.message,
    action: { label: 'Leave out the oldest', run: () => void run() },
    duration: 20_000,
  });
}
