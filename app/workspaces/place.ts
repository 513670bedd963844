'use client';

import { useSearchParams } from 'next/navigation';

/** What of this room is on the screen. Lines from 1, both inclusive. */
export interface Place {
  id: string | null;
  path: string | null;
  line: number | null;
  endLine: number | null;
}

export type FilePlace = { path: string; line?: number | null; endLine?: number | null };

/** Other rooms write the same address: `/workspaces?id=...&path=...&line=..&end=..`. */
export function addressOf(id: string, file?: FilePlace): string {
  const query = new URLSearchParams({ id });
  if (file !== undefined) query.set('path', file.path);
  if (file?.line) query.set('line', String(file.line));
  if (file?.endLine && file.endLine !== file.line) query.set('end', String(file.endLine));
  return `/workspaces?${query}`;
}

export function usePlace(): Place {
  return readPlace(useSearchParams());
}

export function readPlace(query: Pick<URLSearchParams, 'get'>): Place {
  const line = lineOf(query.get('line'));
  const endLine = lineOf(query.get('end'));
  const ordered = line !== null && endLine !== null && endLine > line ? endLine : null;
  return { id: query.get('id'), path: query.get('path') || null, line, endLine: ordered };
}

/** Shows a file, and keeps what else the address says, e.g. what was searched for. */
export function showFile(file: FilePlace | null, how: 'push' | 'replace' = 'push'): void {
  const query = new URLSearchParams(location.search);
  for (const key of ['path', 'line', 'end']) query.delete(key);
  if (file !== null) {
    query.set('path', file.path);
    if (file.line) query.set('line', String(file.line));
    if (file.endLine && file.endLine !== file.line) query.set('end', String(file.endLine));
  }
  const address = `${location.pathname}?${query}`;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

/** Shows another workspace, or none. */
export function showWorkspace(id: string | null, how: 'push' | 'replace' = 'push'): void {
  const address = id === null ? '/workspaces' : addressOf(id);
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

function lineOf(text: string | null): number | null {
  const line = Number(text);
  return Number.isSafeInteger(line) && line > 0 ? line : null;
}
