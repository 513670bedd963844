/** A file, some of its lines, or a folder of a workspace, as one screen hands it to another. */
export interface FolderEntry {
  workspace: string;
  kind: 'file' | 'folder';
  path: string;
  /** From 1, both inclusive; of a file only. */
  line?: number;
  end_line?: number;
}

/** What a drag of such an entry is known by; its data is the JSON of a `FolderEntry`. */
export const ENTRY_TYPE = 'application/x-mlx-code-entry';

/** Begins a drag: other programs get the path. */
export function putEntry(drag: DataTransfer, entry: FolderEntry): void {
  drag.setData(ENTRY_TYPE, JSON.stringify(entry));
  drag.setData('text/plain', entry.path);
  drag.effectAllowed = 'copy';
}

/** What was dragged; null for anything that is no entry. */
export function readEntry(json: string): FolderEntry | null {
  const value = parse(json);
  if (typeof value !== 'object' || value === null) return null;
  if (!('path' in value) || typeof value.path !== 'string') return null;
  if (!('workspace' in value) || typeof value.workspace !== 'string') return null;
  const kind = 'kind' in value && value.kind === 'folder' ? 'folder' : 'file';
  const line = 'line' in value ? lineOf(value.line) : undefined;
  const end = 'end_line' in value ? lineOf(value.end_line) : undefined;
  return {
    ...{ workspace: value.workspace, kind, path: value.path },
    ...(line === undefined ? {} : { line }),
    ...(line === undefined || end === undefined ? {} : { end_line: end }),
  };
}

/** Where a new conversation about it begins; without an entry, about the whole workspace. */
export function questionAddress(workspace: string, entry?: Omit<FolderEntry, 'workspace'>): string {
  const query = new URLSearchParams({ workspace });
  if (entry !== undefined) query.set(entry.kind, entry.path);
  if (entry?.line !== undefined) query.set('line', String(entry.line));
  if (entry?.end_line !== undefined) query.set('end', String(entry.end_line));
  return `/chat?${query}`;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function lineOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
