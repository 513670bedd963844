'use client';

import { create } from 'zustand';
import type { ContextMention, ContextPlace } from '#server/features/retrieval/context/contract.ts';

/** What the next question of a conversation points at, and what of its preview was taken out. */
export interface Asked {
  mentions: ContextMention[];
  left_out: ContextPlace[];
}

const NOTHING: Asked = { mentions: [], left_out: [] };

/** By conversation; `new` for the one that is yet to begin. Kept until the question is sent. */
const useAskedStore = create<Record<string, Asked>>(() => ({}));

const keyOf = (conversationId: string | null) => conversationId ?? 'new';

export function useAsked(conversationId: string | null): Asked {
  return useAskedStore((all) => all[keyOf(conversationId)] ?? NOTHING);
}

export function readAsked(conversationId: string | null): Asked {
  return useAskedStore.getState()[keyOf(conversationId)] ?? NOTHING;
}

export function clearAsked(conversationId: string | null): void {
  useAskedStore.setState({ [keyOf(conversationId)]: NOTHING });
}

export function addMention(conversationId: string | null, mention: ContextMention): void {
  const { mentions, left_out } = readAsked(conversationId);
  const others = mentions.filter((one) => mentionKey(one) !== mentionKey(mention));
  useAskedStore.setState({ [keyOf(conversationId)]: { mentions: [...others, mention], left_out } });
}

export function removeMention(conversationId: string | null, mention: ContextMention): void {
  const { mentions, left_out } = readAsked(conversationId);
  const kept = mentions.filter((one) => mentionKey(one) !== mentionKey(mention));
  useAskedStore.setState({ [keyOf(conversationId)]: { mentions: kept, left_out } });
}

export function leaveOut(conversationId: string | null, place: ContextPlace, isOut: boolean): void {
  const { mentions, left_out } = readAsked(conversationId);
  const others = left_out.filter((one) => placeKey(one) !== placeKey(place));
  const next = isOut ? [...others, place] : others;
  useAskedStore.setState({ [keyOf(conversationId)]: { mentions, left_out: next } });
}

export function mentionKey({ kind, path, name, line }: ContextMention): string {
  return [kind, path, name ?? '', line ?? ''].join('\n');
}

export function placeKey({ path, line, end_line }: ContextPlace): string {
  return [path, line, end_line].join('\n');
}

/** `src/a.ts`, `src/api/`, `moveRow`, `a.ts:3-9`: as short as it says what it is. */
export function mentionLabel({ kind, path, name, line, end_line }: ContextMention): string {
  if (kind === 'symbol') return name ?? path;
  if (kind === 'folder') return path === '' ? './' : `${path}/`;
  if (line === undefined) return path;
  return `${path}:${line}${end_line === undefined || end_line === line ? '' : `-${end_line}`}`;
}
