'use client';

import { FileText, MessageSquarePlus } from 'lucide-react';
import type { MouseEvent } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import type { MenuEntry } from '#app/_ui/menu.tsx';
import type { SearchResult } from '#server/features/retrieval/search/contract.ts';
import { fileEntry, useAsk } from '../ask.ts';

interface ResultMenuOptions {
  id: string;
  /** Id of the list; its results have it, a hyphen and their index. */
  list: string;
  results: readonly SearchResult[];
  marked: number;
  onMark: (index: number) => void;
  onOpen: (result: SearchResult) => void;
}

/** What can be done with the result that is marked: by a menu, or by its key from the box. */
export function useResultMenu({ id, list, results, marked, onMark, onOpen }: ResultMenuOptions) {
  const ask = useAsk(id);
  const result = results[marked];
  const askAbout = () => {
    if (result !== undefined) ask(fileEntry({ ...result, endLine: result.end_line }));
  };
  useShortcut('code.ask', askAbout, result !== undefined);
  const entries: MenuEntry[] = [
    { label: 'Open', icon: FileText, run: () => result && onOpen(result) },
    { label: 'Ask about this', icon: MessageSquarePlus, shortcut: 'code.ask', run: askAbout },
  ];
  /** Marks the result under the pointer; elsewhere the browser's own menu opens. */
  const follow = (event: MouseEvent) => {
    const card = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
    const index = results.findIndex((_, at) => card?.id === `${list}-${at}`);
    if (index >= 0) onMark(index);
    else if (result === undefined) event.stopPropagation();
  };
  return { entries, follow };
}
