'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRested } from '#app/_ui/use-rested.ts';
import type { Asked } from './asked.ts';
import { evidenceApi } from './evidence-api.ts';

/** Milliseconds of rest before it is searched. */
const REST = 400;

interface PreviewOf {
  workspaceId: string | null;
  automatic: boolean;
  asked: Asked;
  draft: string;
  modelId: string | undefined;
  /** False where asking would load a model unasked, or an answer runs. */
  enabled: boolean;
}

/** What would go with the message as it stands; the last one stays while the next is looked for. */
export function usePreview({ workspaceId, automatic, asked, draft, modelId, enabled }: PreviewOf) {
  const request = { query: draft, mentions: asked.mentions, left_out: asked.left_out, automatic };
  const rested = useRested(JSON.stringify(request), REST);
  const wanted = workspaceId !== null && ((automatic && draft.trim() !== '') || asked.mentions.length > 0);
  const query = useQuery({
    queryKey: ['preview', workspaceId, modelId, rested],
    queryFn: () =>
      evidenceApi.preview(workspaceId ?? '', {
        ...JSON.parse(rested),
        ...(modelId === undefined ? {} : { model_id: modelId }),
      }),
    enabled: enabled && wanted,
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
  return wanted && enabled ? query : undefined;
}
