'use client';

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { create } from 'zustand';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';
import { foldersOf, treeRows } from './tree-rows.ts';

/** Folders that are open, by workspace; they stay so while one looks elsewhere. */
const useOpenFolders = create<Record<string, string[]>>(() => ({}));

export function setOpen(id: string, paths: string[], open: boolean): void {
  useOpenFolders.setState((all) => {
    const known = new Set(all[id] ?? []);
    for (const path of paths) {
      if (open) known.add(path);
      else known.delete(path);
    }
    return { [id]: [...known] };
  });
}

/** Opens what a file lies in, so that its row is there. */
export function revealFile(id: string, path: string): void {
  setOpen(id, foldersOf(path), true);
}

/** The open levels of a workspace's tree. Each is fetched when it opens, and again when the window gets the focus. */
export function useTree(id: string) {
  const open = useOpenFolders((all) => all[id]);
  const paths = useMemo(() => ['', ...(open ?? [])], [open]);
  const results = useQueries({
    queries: paths.map((path) => ({
      queryKey: keys.tree(id, path),
      queryFn: () => workspacesApi.tree(id, path),
      staleTime: 5000,
      refetchOnWindowFocus: true,
    })),
  });
  const levels = new Map(paths.map((path, at) => [path, results[at]]));
  const isOpen = (path: string) => levels.has(path);
  return { rows: treeRows({ level: (path) => levels.get(path), isOpen }), error: results[0]?.error ?? null };
}
