'use client';

import { type InfiniteData, type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTopic } from '#app/_client/socket.ts';
import { notify, notifyError } from '#app/_ui/toast.ts';
import type { ChatEvents, ConversationSummary } from '#server/features/chat/contract.ts';
import { chatApi, type ConversationPage } from '../chat-api.ts';

const KEY = ['conversations'];
type Pages = InfiniteData<ConversationPage, string | null>;

/** The conversations, newest first and page by page; events keep the pages that are here in order. */
export function useConversationList() {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam }) => chatApi.list(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  useTopic<ChatEvents>('chat', {
    'chat.listed': (event) => client.setQueryData<Pages>(KEY, (data) => data && listed(data, event)),
  });
  const conversations = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { query, conversations };
}

/** Deletes at once, says so, and offers the way back. */
export async function deleteConversations(
  client: QueryClient,
  conversations: Pick<ConversationSummary, 'id' | 'title'>[],
): Promise<void> {
  const ids = conversations.map(({ id }) => id);
  await chatApi.remove(ids);
  client.setQueryData<Pages>(KEY, (data) => data && listed(data, { changed: [], removed: ids }));
  const [first] = conversations;
  const restore = async () => {
    await chatApi.restore(ids);
    await client.invalidateQueries({ queryKey: KEY });
  };
  notify(ids.length === 1 ? 'Conversation deleted' : `${ids.length} conversations deleted`, {
    ...(ids.length === 1 && first !== undefined ? { description: first.title } : {}),
    action: { label: 'Undo', run: () => void restore().catch(notifyError) },
  });
}

/** The pages after an event: what changed moves to the order of the daemon, pinned first, then by last change. */
function listed(
  data: Pages,
  { changed, removed }: { changed: ConversationSummary[]; removed: string[] },
): Pages {
  const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
  const kept = data.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => !gone.has(id)) }));
  for (const conversation of changed) insert(kept, conversation);
  return { ...data, pages: kept };
}

function insert(pages: ConversationPage[], conversation: ConversationSummary): void {
  for (const page of pages) {
    const at = page.items.findIndex((other) => comesBefore(conversation, other));
    if (at < 0) continue;
    page.items = page.items.toSpliced(at, 0, conversation);
    return;
  }
  // Older than everything that is here: it comes with its own page, unless this is the last one.
  const last = pages.at(-1);
  if (last !== undefined && last.next_cursor === null) last.items = [...last.items, conversation];
}

function comesBefore(one: ConversationSummary, other: ConversationSummary): boolean {
  if (one.pinned !== other.pinned) return one.pinned;
  return one.updated_at > other.updated_at || (one.updated_at === other.updated_at && one.id > other.id);
}
