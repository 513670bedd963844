'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import type { ConversationsEvents } from '#server/features/retrieval/conversations/contract.ts';
import { retrievalApi } from '../retrieval-api.ts';

const KEY = ['retrieval', 'map'];
/** While a map is drawn it is asked for so often, in case an event is missed. */
const ASK_MS = 3_000;

/** The map that was drawn last; read again whenever another one is there. Looking at a stale one has it drawn. */
export function useMap() {
  const client = useQueryClient();
  const { data: map, error } = useQuery({
    queryKey: KEY,
    queryFn: retrievalApi.map,
    retry: false,
    // The event of its end may come before the answer to the request that began it, and be covered by it.
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? ASK_MS : false),
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
