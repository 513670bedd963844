'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askWhile } from '#app/_client/ask-while.ts';
import { useTopic } from '#app/_client/socket.ts';
import type { ConversationsEvents } from '#server/features/retrieval/conversations/contract.ts';
import { retrievalApi } from '../retrieval-api.ts';

const KEY = ['retrieval', 'map'];

/** The map that was drawn last; read again whenever another one is there. Looking at a stale one has it drawn. */
export function useMap() {
  const client = useQueryClient();
  const { data: map, error } = useQuery({
    queryKey: KEY,
    queryFn: retrievalApi.map,
    retry: false,
    refetchInterval: askWhile(({ status }) => status === 'running', 3_000),
  });
  useTopic<ConversationsEvents>('conversation-map', {
    'retrieval.map': ({ status }) => {
      if (status !== 'running') void client.invalidateQueries({ queryKey: ['retrieval'] });
    },
  });
  return {
    ...{ map, error },
    async draw() {
      client.setQueryData(KEY, await retrievalApi.draw());
    },
  };
}
