'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTopic } from '#app/_client/socket.ts';
import type { Message } from '#server/features/chat/contract.ts';
import type { RetrievalEvents } from '#server/features/retrieval/contract.ts';
import { evidenceApi } from './evidence-api.ts';

const keyOf = (messageId: string) => ['sources', messageId];

/** The texts of a question's sources, and which of them changed since; asked again when files of the folder change. */
export function useSources(question: Message | undefined, enabled = true) {
  const client = useQueryClient();
  const context = question?.context ?? null;
  const workspaceId = context?.workspace_id;
  const wanted = enabled && (context?.found?.sources.length ?? 0) > 0;
  useTopic<Pick<RetrievalEvents, 'retrieval.files'>>(
    wanted && workspaceId !== undefined ? `retrieval:${workspaceId}` : null,
    {
      'retrieval.files': (change) => {
        if (change.workspace_id === workspaceId && question !== undefined)
          void client.invalidateQueries({ queryKey: keyOf(question.id) });
      },
    },
  );
  return useQuery({
    queryKey: keyOf(question?.id ?? ''),
    queryFn: () => evidenceApi.sources(question?.id ?? ''),
    enabled: wanted,
    refetchOnWindowFocus: true,
    retry: false,
  });
}
