'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { TokenCount } from '#server/features/chat/contract.ts';
import { chatApi } from '../chat-api.ts';

/** Milliseconds of rest before the draft is counted. */
const REST = 250;

interface CountOf {
  conversationId: string | null;
  modelId: string | undefined;
  draft: string;
  /** Changes when the path does: id of its last message, and whether that is being written. */
  path: string;
  /** While an answer runs its own count would be stale at once. */
  enabled: boolean;
}

/** The exact tokens of the next prompt, by the model's own tokenizer; the last count stays while the next is made. */
export function useTokenCount({
  conversationId,
  modelId,
  draft,
  path,
  enabled,
}: CountOf): TokenCount | undefined {
  const text = useRested(draft);
  const { data } = useQuery({
    queryKey: ['count', conversationId, modelId, path, text],
    queryFn: () =>
      chatApi.count(conversationId ?? '', { text, ...(modelId === undefined ? {} : { model_id: modelId }) }),
    enabled: enabled && conversationId !== null,
    placeholderData: (previous, query) =>
      query?.queryKey[1] === conversationId ? keepPreviousData(previous) : undefined,
    gcTime: 10_000,
    retry: false,
  });
  return data;
}

function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
