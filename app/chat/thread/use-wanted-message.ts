'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { notifyError } from '#app/_ui/toast.ts';
import { chatApi } from '../chat-api.ts';
import { type OpenConversation, putView } from '../use-conversation.ts';

/** Milliseconds for which the message stays marked. */
const MARKED_MS = 2_500;

/**
 * Goes to the message that the address names: reads older pages until it is there, and takes its branch when it is on none
 * of them. Answers with its id while it is marked.
 */
export function useWantedMessage(
  { messages, query }: OpenConversation,
  stopScroll: () => void,
): string | null {
  const wanted = useSearchParams().get('message');
  const client = useQueryClient();
  const done = useRef<string | null>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const isThere = messages.some(({ id }) => id === wanted);
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const loaded = messages.length > 0;
  useEffect(() => {
    if (wanted === null || done.current === wanted || !loaded || isFetching) return;
    if (isThere) {
      done.current = wanted;
      // After the thread has gone to its end, which is where it opens.
      requestAnimationFrame(() => {
        stopScroll();
        document.querySelector(`[data-message="${wanted}"]`)?.scrollIntoView({ block: 'center' });
        setMarked(wanted);
      });
    } else if (hasNextPage) void fetchNextPage();
    else {
      done.current = wanted;
      chatApi.select(wanted).then((view) => {
        done.current = null;
        putView(client, view);
      }, notifyError);
    }
  }, [wanted, isThere, loaded, hasNextPage, isFetching, fetchNextPage, client, stopScroll]);
  useEffect(() => {
    if (marked === null) return;
    const timer = setTimeout(() => setMarked(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [marked]);
  return marked;
}
