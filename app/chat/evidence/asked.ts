'use client';

import { create } from 'zustand';
import type { ContextMention, ContextPlace } from '#server/features/retrieval/context/contract.ts';
import { parseAsked } from './parse-asked.ts';

/** What the next question of a conversation points at, and what of its preview was taken out. */
export interface Asked {
  mentions: ContextMention[];
  left_out: ContextPlace[];
}

const NOTHING: Asked = { mentions: [], left_out: [] };

/** By conversation. Kept by this browser until the question is sent, as its text is. */
const useAskedStore = create<Record<string, Asked>>(() => ({}));

/** `new`: the conversation that is yet to begin. */
const keyOf = (conversationId: string | null) => `mlx-code.asked.${conversationId ?? 'new'}`;

export function useAsked(conversationId: string | null): Asked {
  return useAskedStore((all) => all[keyOf(conversationId)] ?? recall(conversationId));
}

export function readAsked(conversationId: string | null): Asked {
  return useAskedStore.getState()[keyOf(conversationId)] ?? recall(conversationId);
}

export function clearAsked(conversationId: string | null): void {
  write(conversationId, NOTHING);
}

/** Read once for each text that is kept, so that it stays the same object while nothing changes. */
const recalled = new Map<string, Asked>();

function recall(conversationId: string | null): Asked {
  const kept = localStorage.getItem(keyOf(conversationId));
  if (kept === null) return NOTHING;
  const known = recalled.get(kept) ?? parseAsked(kept) ?? NOTHING;
  recalled.set(kept, known);
  return known;
}

function write(conversationId: string | null, asked: Asked): void {
  const key = keyOf(conversationId);
  useAskedStore.setState({ [key]: asked });
  const isNothing = asked.mentions.length === 0 && asked.left_out.length === 0;
  if (isNothing) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(asked));
}

export function addMention(conversationId: string | null, mention: ContextMention): void {
  const { mentions, left_out } = readAsked(conversationId);
  const others = mentions.filter((one) => mentionKey(one) !== mentionKey(mention));
  write(conversationId, { mentions: [...others, mention], left_out });
}

export function removeMention(conversationId: string | null, mention: ContextMention): void {
  const { mentions, left_out } = readAsked(conversationId);
  const kept = mentions.filter((one) => mentionKey(one) !== mentionKey(mention));
  write(conversationId, { mentions: kept, left_out });
}

export function leaveOut(conversationId: string | null, place: ContextPlace, isOut: boolean): void {
  const { mentions, left_out } = readAsked(conversationId);
  const others = left_out.filter((one) => placeKey(one) !== placeKey(place));
  const next = isOut ? [...others, place] : others;
  write(conversationId, { mentions, left_out: next });
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
