'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { subscribe, useReconnect } from '#app/_client/socket.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { useWorkspaces } from '../use-workspaces.ts';
import { indexApi } from './index-api.ts';
import { type RunningIndex, runningIndexes } from './running-indexes.ts';

/** While one runs its state is asked for so often, in case an event is missed. */
const ASK_MS = 5_000;

/** The workspaces whose files are being read, as it goes on. */
export function useRunningIndexes(): RunningIndex[] {
  const client = useQueryClient();
  const { workspaces } = useWorkspaces();
  const ids = workspaces
    .filter(({ missing }) => !missing)
    .map(({ id }) => id)
    .sort()
    .join(' ');
  const key = ['workspaces', 'indexes', ids];
  const { data: states = [], refetch } = useQuery({
    queryKey: key,
    queryFn: indexApi.list,
    retry: false,
    refetchInterval: ({ state }) =>
      runningIndexes(workspaces, state.data ?? []).length > 0 ? ASK_MS : false,
  });
  useReconnect(() => void refetch());
  useEffect(() => {
    const take = (state: IndexState) =>
      client.setQueryData<IndexState[]>(['workspaces', 'indexes', ids], (known = []) => [
        ...known.filter((one) => one.workspace_id !== state.workspace_id),
        state,
      ]);
    const ends = ids
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => subscribe(`retrieval:${id}`, { 'retrieval.index': take }));
    return () => {
      for (const end of ends) end();
    };
  }, [client, ids]);
  return runningIndexes(workspaces, states);
}
