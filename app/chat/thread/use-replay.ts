'use client';

import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { askWhile } from '#app/_client/ask-while.ts';
import type { Replay } from '#server/features/chat/contract.ts';
import { chatApi } from '../chat-api.ts';

const keyOf = (messageId: string) => ['replay', messageId];

/** The replay of an answer: running, or how the last one ended. Events keep it fresh. */
export function useReplay(messageId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keyOf(messageId),
    queryFn: () => chatApi.replayState(messageId),
    refetchInterval: askWhile(({ running }) => running !== null, 2_000),
  });
  const start = useMutation({
    mutationFn: () => chatApi.replay(messageId),
    onSuccess: (replay) => putReplay(client, replay),
  });
  const cancel = useMutation({ mutationFn: () => chatApi.cancelReplay(messageId) });
  return { replay: query.data, failure: query.error ?? start.error ?? cancel.error, start, cancel };
}

export function putReplay(client: QueryClient, replay: Replay): void {
  client.setQueryData(keyOf(replay.message_id), replay);
}
