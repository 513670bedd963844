'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRested } from '#app/_ui/use-rested.ts';
import type { TokenCount } from '#server/features/chat/contract.ts';
import { chatApi, type NewConversation } from '../chat-api.ts';

/** Milliseconds of rest before the draft is counted. */
const REST = 250;

interface CountOf {
  /** Null while the conversation is being prepared; then these settings are counted. */
  conversationId: string | null;
  settings: NewConversation;
  modelId: string | undefined;
  draft: string;
  /** Changes when the path does: id of its last message, and whether that is being written. */
  path: string;
  /** False while an answer runs, whose count would be stale at once, and where counting would load a model unasked. */
  enabled: boolean;
}

/** The exact tokens of the next prompt, by the model's own tokenizer; the last count stays while the next is made. */
export function useTokenCount({
  conversationId,
  settings,
  modelId,
  draft,
  path,
  enabled,
}: CountOf): TokenCount | undefined {
  const text = useRested(draft, REST);
  const { data } = useQuery({
    queryKey: ['count', conversationId, modelId, path, text],
    queryFn: () =>
      conversationId === null
        ? countPrepared(settings, text)
        : chatApi.count(conversationId, { text, ...(modelId === undefined ? {} : { model_id: modelId }) }),
    enabled,
    placeholderData: (previous, query) =>
      query?.queryKey[1] === conversationId ? keepPreviousData(previous) : undefined,
    gcTime: 10_000,
    retry: false,
  });
  return data;
}

function countPrepared({ model_id, system_prompt, parameters }: NewConversation, text: string) {
  const { max_tokens } = parameters;
  return chatApi.countNew({
    text,
    model_id,
    system_prompt,
    ...(max_tokens === undefined ? {} : { max_tokens }),
  });
}
