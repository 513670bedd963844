'use client';

import { useSearchParams } from 'next/navigation';

export const VIEWS = ['imports', 'calls', 'unused', 'map'] as const;
export type GraphView = (typeof VIEWS)[number];

/** Which picture of the workspace is shown, as the address says it; `view` null: none. */
export interface GraphPlace {
  view: GraphView | null;
  /** The file in the middle of the imports. */
  around: string | null;
  /** The symbol in the middle of the calls, and where it is defined. */
  symbol: { name: string; path: string | null; line: number | null } | null;
}

export function useGraphPlace(): GraphPlace {
  return readGraphPlace(useSearchParams());
}

export function readGraphPlace(address: Pick<URLSearchParams, 'get'>): GraphPlace {
  const [, line, path] = /^([1-9]\d{0,8}):([^]+)$/.exec(address.get('at') ?? '') ?? [];
  const name = address.get('symbol');
  return {
    view: VIEWS.find((view) => view === address.get('view')) ?? null,
    around: address.get('around') || null,
    symbol: name ? { name, path: path ?? null, line: line === undefined ? null : Number(line) } : null,
  };
}

/** Shows another picture, and keeps the workspace and the file that are shown. */
export function showGraph(change: Partial<GraphPlace>, how: 'push' | 'replace' = 'push'): void {
  const address = new URLSearchParams(location.search);
  writeGraphPlace(address, { ...readGraphPlace(address), ...change });
  const next = `${location.pathname}?${address}`;
  if (how === 'push') history.pushState(null, '', next);
  else history.replaceState(null, '', next);
}

export function writeGraphPlace(address: URLSearchParams, { view, around, symbol }: GraphPlace): void {
  for (const key of ['view', 'around', 'symbol', 'at']) address.delete(key);
  if (view === null) return;
  address.set('view', view);
  if (around !== null) address.set('around', around);
  if (symbol === null) return;
  address.set('symbol', symbol.name);
  if (symbol.path !== null && symbol.line !== null) address.set('at', `${symbol.line}:${symbol.path}`);
}
