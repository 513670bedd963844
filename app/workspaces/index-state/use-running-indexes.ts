'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { askWhile } from '#app/_client/ask-while.ts';
import { subscribe, useReconnect } from '#app/_client/socket.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { useWorkspaces } from '../use-workspaces.ts';
import { indexApi } from './index-api.ts';
import { type RunningIndex, runningIndexes } from './running-indexes.ts';

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
    refetchInterval: askWhile((known) => runningIndexes(workspaces, known).length > 0, 5_000),
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
