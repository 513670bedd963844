'use client';

import { useQuery } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { ChatApi } from '#server/features/chat/contract.ts';

const conversation = hc<ChatApi>(API, apiOptions).chat.conversations[':id'];

export interface Origin {
  title: string;
  /** The question that the message answers; null when it lies too far back to be shown here. */
  prompt: string | null;
  /** Messages before it, which become the history of every contestant. */
  before: number;
}

/** The conversation that a comparison starts from; undefined while it is read, or when there is none. */
export function useOrigin(conversationId: string | null, messageId: string | null): Origin | undefined {
  const { data } = useQuery({
    queryKey: ['compare', 'origin', conversationId, messageId],
    enabled: conversationId !== null,
    queryFn: async (): Promise<Origin> => {
      const answer = await conversation.$get({
        param: { id: conversationId ?? '' },
        query: { limit: '200' },
      });
      const { conversation: found, messages } = await answer.json();
      const end = messageId === null ? messages.length - 1 : messages.findIndex(({ id }) => id === messageId);
      const asked = messages.slice(0, end + 1).findLastIndex(({ role }) => role === 'user');
      return { title: found.title, prompt: messages[asked]?.text ?? null, before: Math.max(0, asked) };
    },
  });
  return data;
}
