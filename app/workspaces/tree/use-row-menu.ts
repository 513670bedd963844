'use client';

import { FileText, MessageSquarePlus } from 'lucide-react';
import type { MenuEntry } from '#app/_ui/menu.tsx';
import { useAsk } from '../ask.ts';
import type { TreeRow } from './tree-rows.ts';

/** What can be done with the row that is marked, beside opening it. */
export function useRowMenu(id: string, row: TreeRow | undefined, onOpen: () => void) {
  const ask = useAsk(id);
  const entry = row?.kind === 'entry' ? row.entry : undefined;
  const askAbout = () => {
    if (entry?.kind === 'file' || entry?.kind === 'folder') ask({ kind: entry.kind, path: entry.path });
  };
  const entries: MenuEntry[] = [
    { label: entry?.kind === 'folder' ? 'Open or close' : 'Open', icon: FileText, run: onOpen },
    { label: 'Ask about this', icon: MessageSquarePlus, shortcut: 'code.ask', run: askAbout },
  ];
  return { ask: askAbout, entries };
}
