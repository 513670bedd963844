import { create } from 'zustand';
import type { SearchMode } from '#server/features/retrieval/search/contract.ts';

const KEY = 'mlx-code.code-searches';
const MOST = 8;

export interface RecentSearch {
  query: string;
  mode: SearchMode;
}

/** What was looked for in code before; this browser remembers it. */
export const useRecentSearches = create<{ searches: RecentSearch[] }>(() => ({ searches: [] }));

export function recallSearches(): void {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (Array.isArray(stored))
      useRecentSearches.setState({ searches: stored.filter(isSearch).slice(0, MOST) });
  } catch {
    // What stands there is not ours to read; the next search replaces it.
    localStorage.removeItem(KEY);
  }
}

/** Puts a search that led somewhere first. */
export function rememberSearch(query: string, mode: SearchMode): void {
  const text = query.trim();
  if (text === '' || text.length > 300) return;
  const { searches } = useRecentSearches.getState();
  const others = searches.filter((one) => one.query !== text || one.mode !== mode);
  keep([{ query: text, mode }, ...others].slice(0, MOST));
}

export function forgetSearches(): void {
  keep([]);
}

function keep(searches: RecentSearch[]): void {
  useRecentSearches.setState({ searches });
  localStorage.setItem(KEY, JSON.stringify(searches));
}

function isSearch(value: unknown): value is RecentSearch {
  if (typeof value !== 'object' || value === null || !('query' in value) || !('mode' in value)) return false;
  const { query, mode } = value;
  return typeof query === 'string' && ['all', 'symbols', 'exact', 'regex'].includes(String(mode));
}
