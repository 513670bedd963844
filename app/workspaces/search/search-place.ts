'use client';

import { useSearchParams } from 'next/navigation';
import type { SearchMode } from '#server/features/retrieval/search/contract.ts';

/** What is searched for, as the address says it: it survives a reload, and going back brings it again. */
export interface SearchTerms {
  query: string;
  mode: SearchMode;
  languages: string[];
  paths: string[];
  kinds: ChunkKind[];
  /** Shows what is like the code at this place instead. */
  like: { path: string; line: number } | null;
  /** Shows what the workspace says twice instead. */
  duplicates: boolean;
}

export const KINDS = [
  ...(['function', 'method', 'class', 'module', 'section', 'page', 'cell', 'window'] as const),
];
export type ChunkKind = (typeof KINDS)[number];
export const MODES: readonly SearchMode[] = ['all', 'symbols', 'exact', 'regex'];

/** An address must fit into one request: of pasted text both ends are kept. UTF-16 units. */
const LONGEST = 2000;
const NAMES = ['q', 'mode', 'lang', 'glob', 'kind', 'like', 'duplicates'];

export function useSearchTerms(): SearchTerms {
  return readTerms(useSearchParams());
}

export function readTerms(address: Pick<URLSearchParams, 'get' | 'getAll' | 'has'>): SearchTerms {
  return {
    query: address.get('q') ?? '',
    mode: MODES.find((mode) => mode === address.get('mode')) ?? 'all',
    languages: address.getAll('lang').slice(0, 40),
    paths: address.getAll('glob').slice(0, 20),
    kinds: KINDS.filter((kind) => address.getAll('kind').includes(kind)),
    like: readPlace(address.get('like')),
    duplicates: address.has('duplicates'),
  };
}

/** Changes what is searched for, and keeps the workspace and the file that are shown. */
export function changeTerms(change: Partial<SearchTerms>, how: 'push' | 'replace' = 'replace'): void {
  const address = new URLSearchParams(location.search);
  writeTerms(address, { ...readTerms(address), ...change });
  const next = `${location.pathname}?${address}`;
  if (how === 'push') history.pushState(null, '', next);
  else history.replaceState(null, '', next);
}

export function writeTerms(address: URLSearchParams, terms: SearchTerms): void {
  for (const name of NAMES) address.delete(name);
  if (terms.query !== '') address.set('q', shorten(terms.query));
  if (terms.mode !== 'all') address.set('mode', terms.mode);
  for (const language of terms.languages) address.append('lang', language);
  for (const glob of terms.paths) address.append('glob', glob);
  for (const kind of terms.kinds) address.append('kind', kind);
  if (terms.like !== null) address.set('like', `${terms.like.line}:${terms.like.path}`);
  if (terms.duplicates) address.set('duplicates', '');
}

export function hasFilters({ languages, paths, kinds }: SearchTerms): boolean {
  return languages.length + paths.length + kinds.length > 0;
}

function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST / 2)}\n${text.slice(-LONGEST / 2)}`;
}

function readPlace(text: string | null): SearchTerms['like'] {
  const [, line, path] = /^([1-9]\d{0,8}):([^]+)$/.exec(text ?? '') ?? [];
  return line === undefined || path === undefined ? null : { path, line: Number(line) };
}
