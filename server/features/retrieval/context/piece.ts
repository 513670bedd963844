import type { ContextPlace, ContextSource } from './contract.ts';

/** Some lines of a file that may enter a prompt. Lines from 1, both inclusive. */
export interface Piece {
  path: string;
  line: number;
  endLine: number;
  name: string | null;
  language: string | null;
  reason: ContextSource['reason'];
  /** 0 to 1 within one search. */
  score: number;
  /** A person pointed at it: it comes first. */
  pinned: boolean;
  /** All of it, or only the lines that say what it is. */
  show: 'whole' | 'signature';
  /** sha256 of the file when it was indexed; null: not known. */
  indexedHash: string | null;
  /** Instead of what the file says, for what is no file: the list of a folder. */
  text?: string;
}

/** Lines of a signature that goes on over several. */
const LONGEST_SIGNATURE = 8;
/** How far a definition may have moved in a file that changed since it was indexed. Lines. */
const FARTHEST_MOVE = 400;

/** Whether it lies in one of these places. */
export function isWithin(
  piece: Pick<Piece, 'path' | 'line' | 'endLine'>,
  places: readonly ContextPlace[],
): boolean {
  return places.some(
    ({ path, line, end_line }) => path === piece.path && line <= piece.line && piece.endLine <= end_line,
  );
}

/**
 * The piece as it lies in the file at this moment: a definition that moved since it was indexed is found again by its
 * name, and nothing reaches beyond the end. Undefined when the file is too short to have it.
 */
export function place(
  piece: Piece,
  { lines, hash }: { lines: readonly string[]; hash: string },
): Piece | undefined {
  const changed = piece.indexedHash !== null && piece.indexedHash !== hash;
  const moved = changed && piece.name !== null ? moveOf(piece, piece.name, lines) : 0;
  const line = piece.line + moved;
  const last = lastWithText(lines);
  if (line > last) return undefined;
  const endLine = Math.min(piece.endLine + moved, last);
  return { ...piece, line, endLine: piece.show === 'whole' ? endLine : signatureEnd(lines, line, endLine) };
}

/** How many lines further the name stands; 0 where it still is, or is not found. */
function moveOf({ line }: Piece, name: string, lines: readonly string[]): number {
  const has = (at: number) => lines[at - 1]?.includes(name) === true;
  for (let distance = 0; distance <= FARTHEST_MOVE; distance += 1) {
    if (has(line + distance)) return distance;
    if (has(line - distance)) return -distance;
  }
  return 0;
}

/** The line at which a signature ends: where its body opens, or where the statement does. */
function signatureEnd(lines: readonly string[], line: number, endLine: number): number {
  const last = Math.min(endLine, line + LONGEST_SIGNATURE - 1);
  for (let at = line; at <= last; at += 1) {
    if (/([{;:]|=>|\bthen|\bdo)\s*$/.test(lines[at - 1] ?? '')) return at;
  }
  return line;
}

function lastWithText(lines: readonly string[]): number {
  let last = lines.length;
  while (last > 0 && lines[last - 1]?.trim() === '') last -= 1;
  return last;
}
