import { create } from 'zustand';

/** What the dialog over all messages is open for: a search, or messages like one. */
export type Wanted = { kind: 'search' } | { kind: 'similar'; messageId: string };

export const useWanted = create<{ wanted: Wanted | null }>(() => ({ wanted: null }));
