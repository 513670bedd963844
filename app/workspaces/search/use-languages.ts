'use client';

import { useQuery } from '@tanstack/react-query';
import { useIndexReady } from '../index-state/use-index-state.ts';
import { searchApi } from './search-api.ts';

/** The languages of the files in the index, the most frequent first. */
export function useLanguages(id: string): { language: string; files: number }[] {
  const ready = useIndexReady(id);
  const { data } = useQuery({
    queryKey: ['workspaces', 'languages', id],
    queryFn: ({ signal }) => searchApi.languages(id, signal),
    enabled: ready,
    staleTime: 10_000,
    retry: false,
  });
  return data ?? [];
}
