'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ulid } from 'ulid';
import { ApiError } from '#app/_client/api-error.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { AskedContext } from '#server/features/chat/contract.ts';
import { chatApi, type Overflow } from './chat-api.ts';
import { clearAsked } from './evidence/asked.ts';
import { forgetFolder, prepare, useNewConversation } from './new-conversation.ts';
import { nameInAddress } from './open-id.ts';
import { followFirstAnswer, putMessage, putView } from './use-conversation.ts';

interface Send {
  conversationId: string | null;
  /** What of a folder goes with it. */
  context: AskedContext | null | undefined;
  onSent: () => void;
}

/** Sends a message; the first one makes its conversation. What fails is said, and the draft stays. */
export function useSend({ conversationId, context, onSent }: Send) {
  const client = useQueryClient();
  const [sending, setSending] = useState(false);
  /** A repeated attempt at the same text keeps its id, so that it can never be sent twice. */
  const attempt = useRef({ text: '', id: '' });
  const deliver = async (text: string, overflow: Overflow) => {
    if (attempt.current.text !== text) attempt.current = { text, id: ulid() };
    const id = conversationId ?? (await begin(client));
    const { user, answer } = await chatApi.send(id, {
      ...{ text, request_id: attempt.current.id, overflow },
      ...(context === undefined ? {} : { context }),
    });
    clearAsked(conversationId);
    if (conversationId === null) forgetFolder();
    attempt.current = { text: '', id: '' };
    if (user !== null) putMessage(client, user);
    putMessage(client, answer);
    onSent();
    if (conversationId === null) nameInAddress(id);
  };
  const send = async (text: string, overflow: Overflow): Promise<void> => {
    if (sending) return;
    setSending(true);
    try {
      await deliver(text, overflow);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'context_overflow' && overflow === 'refuse') {
        const run = () => void send(text, 'drop_oldest');
        notify('Too long for this model', {
          description: error.message,
          action: { label: 'Leave out the oldest', run },
          duration: 20_000,
        });
      } else notifyError(error);
    } finally {
      setSending(false);
    }
  };
  return { sending, send };
}

/** Makes the conversation that was being prepared, and listens to it before anything is said in it. */
async function begin(client: ReturnType<typeof useQueryClient>): Promise<string> {
  const conversation = await chatApi.create(useNewConversation.getState());
  putView(client, { conversation, messages: [], before: null });
  followFirstAnswer(client, conversation.id);
  prepare({ system_prompt: '', parameters: {} });
  return conversation.id;
}
