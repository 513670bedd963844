/** Longest text of a chunk, in lines and in characters; one longer line stays whole. */
export const LONGEST_CHUNK = 80;
const MOST_CHARACTERS = 8000;

/** Rows from 0, both inclusive. */
export interface Rows {
  from: number;
  to: number;
}

const word = /[\p{L}\p{N}]/u;
const closing = /^\s*(?:[\])}>;,]|end\b|else\b|elif\b|elsif\b|catch\b|except\b|finally\b|ensure\b|rescue\b)/;
const onlyClosing = /^(?:end|fi|done|esac|endif)$/;

export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (text.includes('\r')) {
    for (const [row, line] of lines.entries()) if (line.endsWith('\r')) lines[row] = line.slice(0, -1);
  }
  return lines;
}

/** Whether a line says nothing by itself: blank, brackets, `end`. */
export function isEmptyLine(line: string): boolean {
  return !word.test(line) || onlyClosing.test(line.trim());
}

/** Without the blank lines at both ends; null when nothing is left. */
export function trimRows(lines: readonly string[], { from, to }: Rows): Rows | null {
  let first = from;
  let last = to;
  while (first <= last && (lines[first] ?? '').trim() === '') first += 1;
  while (last >= first && (lines[last] ?? '').trim() === '') last -= 1;
  return first > last ? null : { from: first, to: last };
}

/**
 * Cuts rows into pieces of at most `most` lines, before the least indented line of the second half of each piece:
 * where code is laid out by statements that is between two of them.
 */
export function splitRows(lines: readonly string[], rows: Rows, most = LONGEST_CHUNK): Rows[] {
  const pieces: Rows[] = [];
  let from = rows.from;
  while (from <= rows.to) {
    const limit = reach(lines, from, Math.min(rows.to, from + most - 1));
    const to = limit >= rows.to ? rows.to : cutBefore(lines, from, limit) - 1;
    const piece = trimRows(lines, { from, to });
    if (piece !== null) pieces.push(piece);
    from = to + 1;
  }
  return pieces;
}

/** The last row up to `to` that still has room. */
function reach(lines: readonly string[], from: number, to: number): number {
  let characters = 0;
  for (let row = from; row <= to; row += 1) {
    characters += (lines[row] ?? '').length;
    if (characters > MOST_CHARACTERS) return Math.max(from, row - 1);
  }
  return to;
}

function cutBefore(lines: readonly string[], from: number, limit: number): number {
  let best = limit + 1;
  let least = Number.POSITIVE_INFINITY;
  for (let row = limit + 1; row > from + (limit - from) / 2; row -= 1) {
    const line = lines[row] ?? '';
    if (line.trim() === '' || closing.test(line)) continue;
    const indent = line.search(/\S/) - ((lines[row - 1] ?? '').trim() === '' ? 0.5 : 0);
    if (indent < least) {
      least = indent;
      best = row;
    }
  }
  return best;
}
