'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useCallback } from 'react';
import { notifyError } from '#app/_ui/toast.ts';
import type { Answer } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { addressOf } from '../place.ts';
import { keys, putAnswer } from '../use-comparison.ts';

/** What can be done with one answer. Stable, so that columns render only when their own text does. */
export function useAnswerActions(comparisonId: string) {
  const client = useQueryClient();
  const router = useRouter();
  const retry = useCallback(
    (id: string) => {
      const put = async (answer: Answer) => {
        putAnswer(client, comparisonId, answer);
        await client.invalidateQueries({ queryKey: keys.pages(comparisonId) });
      };
      void compareApi.retry(id).then(put, notifyError);
    },
    [client, comparisonId],
  );
  const adopt = useCallback(
    (id: string) => {
      void compareApi
        .adopt(id)
        .then((conversation) => router.push(addressOf.conversation(conversation)), notifyError);
    },
    [router],
  );
  return { retry, adopt };
}
