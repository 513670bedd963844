'use client';

import { useRouter } from 'next/navigation';
import { type FolderEntry, questionAddress } from '#app/_client/folder-entry.ts';
import type { FilePlace } from './place.ts';

type AskedEntry = Omit<FolderEntry, 'workspace'>;

/** Begins a conversation about a file, some of its lines or a folder; without one, about the workspace. */
export function useAsk(workspace: string): (entry?: AskedEntry) => void {
  const router = useRouter();
  return (entry) => router.push(questionAddress(workspace, entry));
}

/** A file, or the lines of it that are shown or were found. */
export function fileEntry({ path, line, endLine }: FilePlace): AskedEntry {
  return {
    ...{ kind: 'file', path },
    ...(line ? { line } : {}),
    ...(line && endLine ? { end_line: endLine } : {}),
  };
}
