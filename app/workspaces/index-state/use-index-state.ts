'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askWhile } from '#app/_client/ask-while.ts';
import { useTopic } from '#app/_client/socket.ts';
import type { RetrievalEvents } from '#server/features/retrieval/contract.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';

/** How far the index of a workspace is, as it goes on. */
export function useIndexState(id: string) {
  const client = useQueryClient();
  useTopic<Pick<RetrievalEvents, 'retrieval.index'>>(`retrieval:${id}`, {
    'retrieval.index': (state) => client.setQueryData<IndexState>(keys.index(state.workspace_id), state),
  });
  return useQuery({
    queryKey: keys.index(id),
    queryFn: () => workspacesApi.index(id),
    refetchInterval: askWhile(isUnderWay, 5_000),
  });
}

function isUnderWay({ status, vectors }: IndexState): boolean {
  const rests = status === 'watching' || status === 'paused' || status === 'failed';
  return !rests || vectors.status === 'waiting' || vectors.status === 'running';
}

/** Whether there is something to ask: a folder that was opened a moment ago has no index yet. */
export function useIndexReady(id: string): boolean {
  const { data } = useIndexState(id);
  return data !== undefined && (data.indexed.files > 0 || data.status === 'watching');
}
