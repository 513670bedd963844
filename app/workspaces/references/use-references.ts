'use client';

import { useQuery } from '@tanstack/react-query';
import type { SymbolEntry } from '#server/features/retrieval/search/contract.ts';
import { useIndexReady } from '../index-state/use-index-state.ts';
import { searchApi } from '../search/search-api.ts';
import { keys } from '../use-workspaces.ts';
import type { NamePlace } from '../viewer/names.ts';
import { workspacesApi } from '../workspaces-api.ts';

interface Subject {
  name: string;
  line: number;
}

/** Where the name that is looked at is used; else the symbol that the line of the address lies in. */
export function useReferences(
  id: string,
  path: string,
  { line, endLine, looked }: { line: number | null; endLine: number | null; looked: NamePlace | null },
) {
  const ready = useIndexReady(id);
  const outline = useQuery({
    queryKey: keys.outline(id, path),
    queryFn: () => workspacesApi.outline(id, path),
    enabled: ready && line !== null && looked === null,
  });
  const symbol = line === null ? undefined : symbolAt(outline.data ?? [], line, endLine ?? line);
  const subject: Subject | null = looked ?? (symbol === undefined ? null : symbol);
  const { name = '', line: at = 1 } = subject ?? {};
  const references = useQuery({
    queryKey: ['workspaces', 'references', id, path, name, at],
    queryFn: ({ signal }) => searchApi.references(id, { name, path, line: at }, signal),
    enabled: ready && subject !== null,
    staleTime: 5000,
    retry: false,
  });
  // Tests are of a definition: of the one that is meant, wherever it is.
  const [definition] = references.data?.definitions ?? [];
  const { path: home = path, line: homeLine = at } = definition ?? {};
  const related = useQuery({
    queryKey: ['workspaces', 'related', id, home, homeLine],
    queryFn: ({ signal }) => searchApi.related(id, { path: home, line: homeLine }, signal),
    enabled: ready && definition !== undefined,
    staleTime: 5000,
    retry: false,
  });
  if (subject === null) return { known: null, error: null };
  const { name: shown, line: shownLine } = subject;
  return {
    known: references.data && {
      ...references.data,
      subject: { name: shown, line: shownLine },
      tests: related.data?.tests ?? null,
    },
    error: references.error,
  };
}

/** The smallest symbol around a line; else the first in the lines, which may begin with what is written above it. */
export function symbolAt(
  symbols: readonly SymbolEntry[],
  line: number,
  endLine: number,
): SymbolEntry | undefined {
  const named = symbols.filter(({ kind }) => kind !== 'heading');
  const around = named
    .filter((symbol) => symbol.line <= line && line <= symbol.end_line)
    .sort((a, b) => a.end_line - a.line - (b.end_line - b.line) || b.line - a.line);
  const within = named.filter((symbol) => line < symbol.line && symbol.line <= endLine);
  return [...around, ...within.sort((a, b) => a.line - b.line)].at(0);
}
