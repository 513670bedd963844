'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRested } from '#app/_ui/use-rested.ts';
import { retrievalApi } from '../retrieval-api.ts';
import type { Wanted } from './wanted.ts';

/** Milliseconds without a key after which it is searched. */
const PAUSE = 120;

/** What was found; the results before it until then. */
export function useFound(wanted: Wanted, text: string) {
  const query = useRested(text, PAUSE);
  const similarTo = wanted.kind === 'similar' ? wanted.messageId : null;
  return useQuery({
    queryKey: ['retrieval', 'messages', similarTo, similarTo === null ? query : null],
    queryFn: ({ signal }) =>
      similarTo === null ? retrievalApi.search(query, signal) : retrievalApi.similar(similarTo, signal),
    enabled: similarTo !== null || query.trim() !== '',
    placeholderData: query.trim() === '' ? undefined : keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });
}
