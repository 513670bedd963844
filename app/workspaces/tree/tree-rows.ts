import type { TreeEntry } from '#server/features/workspaces/contract.ts';
import type { TreeLevel } from '../workspaces-api.ts';

/** A line of the tree as it is drawn. */
export type TreeRow =
  | { kind: 'entry'; entry: TreeEntry; depth: number; open: boolean; position: number; siblings: number }
  | { kind: 'note'; path: string; depth: number; text: string };

interface Levels {
  level(path: string): { data?: TreeLevel | undefined; error: unknown } | undefined;
  isOpen(path: string): boolean;
}

/** The levels that are open, one below the other. */
export function treeRows(levels: Levels, path = '', depth = 0): TreeRow[] {
  const level = levels.level(path);
  const note = (text: string): TreeRow => ({ kind: 'note', path, depth, text });
  if (level?.error) return [note('cannot be read')];
  if (level?.data === undefined) return [note('reading')];
  const { entries, truncated } = level.data;
  if (entries.length === 0) return [note(path === '' ? 'no files are in this folder' : 'empty')];
  const rows = entries.flatMap((entry, index): TreeRow[] => {
    const open = entry.kind === 'folder' && levels.isOpen(entry.path);
    const row: TreeRow = {
      ...{ kind: 'entry', entry, depth, open },
      ...{ position: index + 1, siblings: entries.length },
    };
    return open ? [row, ...treeRows(levels, entry.path, depth + 1)] : [row];
  });
  return truncated ? [...rows, note(`only the first ${entries.length} are shown`)] : rows;
}

/** `a/b/c.ts` lies in `a` and `a/b`. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

export type TreeMove = { select: number } | { open: string } | { close: string } | { show: string } | null;

/** What a key does in a tree, by the usual rules; `at` is the row that is marked. */
export function moveInTree(rows: TreeRow[], at: number, key: string): TreeMove {
  const row = rows[at];
  const entry = row?.kind === 'entry' ? row.entry : undefined;
  switch (key) {
    case 'ArrowDown':
      return { select: step(rows, at, 1) };
    case 'ArrowUp':
      return { select: step(rows, at, -1) };
    case 'Home':
      return { select: step(rows, -1, 1) };
    case 'End':
      return { select: step(rows, rows.length, -1) };
    case 'PageDown':
      return { select: step(rows, Math.min(rows.length - 2, at + 14), 1) };
    case 'PageUp':
      return { select: step(rows, Math.max(1, at - 14), -1) };
    case 'ArrowRight':
      if (entry?.kind !== 'folder' || row?.kind !== 'entry') return null;
      return row.open ? { select: step(rows, at, 1) } : { open: entry.path };
    case 'ArrowLeft':
      if (row?.kind === 'entry' && row.open) return { close: row.entry.path };
      return { select: parentRow(rows, at) };
    case 'Enter':
    case ' ':
      if (entry === undefined || row?.kind !== 'entry') return null;
      if (entry.kind !== 'folder') return { show: entry.path };
      return row.open ? { close: entry.path } : { open: entry.path };
    default:
      return null;
  }
}

/** The next row that can be marked; the same where there is none. */
function step(rows: TreeRow[], from: number, by: 1 | -1): number {
  for (let at = from + by; at >= 0 && at < rows.length; at += by) {
    if (rows[at]?.kind === 'entry') return at;
  }
  return Math.min(Math.max(from, 0), rows.length - 1);
}

function parentRow(rows: TreeRow[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let above = at - 1; above >= 0; above -= 1) {
    const row = rows[above];
    if (row?.kind === 'entry' && row.depth < depth) return above;
  }
  return at;
}
