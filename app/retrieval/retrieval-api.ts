import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type {
  ConversationMap,
  ConversationsApi,
  MessageAnswer,
} from '#server/features/retrieval/conversations/contract.ts';

const routes = hc<ConversationsApi>(API, apiOptions).retrieval;

export interface ConversationGroup {
  similarity: number;
  conversations: { id: string; title: string; updated_at: number }[];
}

/** The typed routes over all conversations. Every call throws `ApiError` when the daemon refuses. */
export const retrievalApi = {
  search: async (query: string, signal: AbortSignal): Promise<MessageAnswer> =>
    (await routes.messages.search.$post({ json: { query } }, { init: { signal } })).json(),

  similar: async (id: string, signal: AbortSignal): Promise<MessageAnswer> =>
    (await routes.messages[':id'].similar.$get({ param: { id }, query: {} }, { init: { signal } })).json(),

  map: async (): Promise<ConversationMap> => (await routes.conversations.map.$get()).json(),

  draw: async (): Promise<ConversationMap> => (await routes.conversations.map.$post()).json(),

  duplicates: async (): Promise<ConversationGroup[]> =>
    (await (await routes.conversations.duplicates.$get()).json()).groups,
};

/** Where a conversation is opened, at a message if one is named. */
export function addressOf(conversationId: string, messageId?: string): string {
  return `/chat?id=${conversationId}${messageId === undefined ? '' : `&message=${messageId}`}`;
}
