'use client';

import { type InfiniteData, type QueryClient, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Handlers, subscribe, useReconnect, useTopic } from '#app/_client/socket.ts';
import type {
  ChatEvents,
  Conversation,
  ConversationSummary,
  ConversationView,
  Message,
} from '#server/features/chat/contract.ts';
import { chatApi } from './chat-api.ts';
import { liveAnswers } from './live-answers.ts';
import { isRunning, withMessage } from './path.ts';
import { putReplay } from './thread/use-replay.ts';

/** Messages of a page: what a tall screen shows, so that opening costs the same for any length. */
const PAGE = 24;
/** Milliseconds without a piece of a running answer after which the daemon is asked. */
const SILENCE = 2000;

type Pages = InfiniteData<ConversationView, string | null>;

const keyOf = (id: string) => ['conversation', id];

export interface OpenConversation {
  query: ReturnType<typeof usePages>;
  conversation: Conversation | undefined;
  /** Oldest first. */
  messages: Message[];
  /** The answer being written, if any. */
  running: Message | undefined;
}

/** One conversation, kept in step with the daemon: pages of its path, events, and its running answers. */
export function useConversation(id: string | null): OpenConversation {
  const client = useQueryClient();
  const query = usePages(id);
  const messages = (query.data?.pages ?? []).toReversed().flatMap((page) => page.messages);
  const running = messages.findLast(isRunning);
  useFollow(messages.filter(isRunning), client);
  useTopic<ChatEvents>(id === null ? null : `conversation:${id}`, {
    'chat.delta': (delta) => liveAnswers.delta(delta),
    'chat.state': ({ message_id, state }) => liveAnswers.state(message_id, state),
    'chat.replay': (replay) => putReplay(client, replay),
    'chat.message': (message) => message.conversation_id === id && putMessage(client, message),
    'chat.changed': ({ conversation_id }) => void refresh(client, conversation_id),
  });
  useTopic<ChatEvents>('chat', {
    'chat.listed': ({ changed }) => {
      const summary = changed.find((one) => one.id === id);
      if (summary !== undefined) putSummary(client, summary);
    },
  });
  useReconnect(() => void liveAnswers.catchUpAll());
  return { query, conversation: query.data?.pages[0]?.conversation, messages, running };
}

function usePages(id: string | null) {
  return useInfiniteQuery({
    queryKey: keyOf(id ?? ''),
    queryFn: ({ pageParam }) => chatApi.open(id ?? '', pageParam, PAGE),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.before,
    enabled: id !== null,
  });
}

/** Listens to a conversation from before its first message until that is answered: the screen joins a moment later. */
export function followFirstAnswer(client: QueryClient, id: string): void {
  const handlers: Handlers<ChatEvents> = {
    'chat.delta': (delta) => liveAnswers.delta(delta),
    'chat.state': ({ message_id, state }) => liveAnswers.state(message_id, state),
    'chat.message': (message) => {
      if (message.conversation_id !== id) return;
      putMessage(client, message);
      if (message.role === 'assistant' && !isRunning(message)) stop();
    },
  };
  const stop = subscribe(`conversation:${id}`, { ...handlers });
}

/** Puts a message that the daemon told of into the path, or fetches the path again when it belongs elsewhere. */
export function putMessage(client: QueryClient, message: Message): void {
  if (isRunning(message)) liveAnswers.begin(message.id, message);
  const key = keyOf(message.conversation_id);
  const pages = client.getQueryData<Pages>(key)?.pages;
  // The first page holds the newest messages: a message that is nowhere belongs at its end.
  const page = pages?.find((one) => one.messages.some(({ id }) => id === message.id)) ?? pages?.[0];
  const path = page === undefined ? null : withMessage(page.messages, message);
  if (pages === undefined || page === undefined || path === null)
    return void refresh(client, message.conversation_id);
  const next = pages.map((one) => (one === page ? { ...one, messages: path } : one));
  client.setQueryData<Pages>(key, (data) => data && { ...data, pages: next });
}

/** Shows what a request answered with; older pages are fetched again when they are looked at. */
export function putView(client: QueryClient, view: ConversationView): void {
  client.setQueryData<Pages>(keyOf(view.conversation.id), { pages: [view], pageParams: [null] });
}

/** The title that the daemon gave, and the pin, reach the header with the list. */
function putSummary(client: QueryClient, { id, title, pinned }: ConversationSummary): void {
  const conversation = client.getQueryData<Pages>(keyOf(id))?.pages[0]?.conversation;
  if (conversation !== undefined) putConversation(client, { ...conversation, title, pinned });
}

export function putConversation(client: QueryClient, conversation: Conversation): void {
  client.setQueryData<Pages>(keyOf(conversation.id), (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (data === undefined || first === undefined) return data;
    return { ...data, pages: [{ ...first, conversation }, ...rest] };
  });
}

export function refresh(client: QueryClient, id: string): Promise<void> {
  return client.invalidateQueries({ queryKey: keyOf(id) });
}

/** Joins running answers, and asks after those that have gone silent: an event may be missed, an answer never. */
function useFollow(running: Message[], client: QueryClient): void {
  const ids = running.map(({ id }) => id).join(' ');
  useEffect(() => {
    if (ids === '') return;
    for (const message of running) liveAnswers.begin(message.id, message);
    const seen = new Map<string, number>();
    const ask = async (id: string) => {
      const seq = liveAnswers.get(id)?.seq ?? 0;
      if (seen.get(id) !== seq) return void seen.set(id, seq);
      const { message } = await chatApi.live(id, seq);
      if (isRunning(message)) await liveAnswers.catchUp(id);
      else putMessage(client, message);
    };
    for (const id of ids.split(' ')) void liveAnswers.catchUp(id);
    // A request that fails is asked again by the next turn; the banner says that the daemon is away.
    const timer = setInterval(
      () => ids.split(' ').forEach((id) => void ask(id).catch(() => undefined)),
      SILENCE,
    );
    return () => {
      clearInterval(timer);
      // By now the finished message is on the screen: the live copy goes without a blink.
      for (const id of ids.split(' ')) liveAnswers.end(id);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the ids name what matters of `running`
  }, [ids, client]);
}
