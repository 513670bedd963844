'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import type { RetrievalEvents } from '#server/features/retrieval/contract.ts';
import type { SearchAnswer } from '#server/features/retrieval/search/contract.ts';
import { useIndexReady } from '../index-state/use-index-state.ts';
import { searchApi } from './search-api.ts';
import type { SearchTerms } from './search-place.ts';

/** What is answered from the index, and may be answered otherwise once files have changed. */
const askedOf = (id: string) =>
  ['search', 'references', 'related', 'languages', 'duplicates'].map((what) => ['workspaces', what, id]);

/** Asks again whenever the terms change, and ends the question before; what is shown is up to date with the index. */
export function useSearch(id: string, terms: SearchTerms, limit: number) {
  const client = useQueryClient();
  const ready = useIndexReady(id);
  useTopic<Pick<RetrievalEvents, 'retrieval.files'>>(`retrieval:${id}`, {
    'retrieval.files': ({ workspace_id }) => {
      if (workspace_id !== id) return;
      for (const queryKey of askedOf(id)) void client.invalidateQueries({ queryKey });
    },
  });
  return useQuery({
    queryKey: ['workspaces', 'search', id, terms, limit],
    queryFn: ({ signal }): Promise<SearchAnswer> => ask(id, { terms, limit, signal }),
    enabled: ready && isAsked(terms),
    // The results before stay until the next ones are there: nothing flickers while one types.
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  });
}

export function isAsked({ query, like, duplicates }: SearchTerms): boolean {
  return !duplicates && (like !== null || query.trim() !== '');
}

function ask(
  id: string,
  { terms, limit, signal }: { terms: SearchTerms; limit: number; signal: AbortSignal },
): Promise<SearchAnswer> {
  const { query, mode, languages, paths, kinds, like } = terms;
  if (like !== null) return searchApi.similar(id, { ...like, limit: Math.min(50, limit) }, signal);
  const filters = { languages, paths, kinds };
  return searchApi.search(id, { query, mode, filters, limit }, signal);
}
