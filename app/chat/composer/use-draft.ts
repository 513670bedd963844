'use client';

import { useState, useSyncExternalStore } from 'react';

const keyOf = (conversationId: string | null) => `mlx-code.draft.${conversationId ?? 'new'}`;

/** What is being written in a conversation, kept by this browser until it is sent. */
export function useDraft(conversationId: string | null): [string, (text: string) => void] {
  const [draft, setDraft] = useState<{ of: string | null; text: string } | null>(null);
  // The exported page is drawn before there is a browser to remember anything.
  const inBrowser = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
  const write = (text: string) => {
    setDraft({ of: conversationId, text });
    if (text === '') localStorage.removeItem(keyOf(conversationId));
    else localStorage.setItem(keyOf(conversationId), text);
  };
  if (draft?.of === conversationId) return [draft.text, write];
  return [inBrowser ? (localStorage.getItem(keyOf(conversationId)) ?? '') : '', write];
}
