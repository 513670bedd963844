import { splitRows } from './lines.ts';
import type { ParsedChunk } from './parsed-file.ts';

const WINDOW_LINES = 60;

/** A text without a known structure, in pieces of at most 60 lines, cut before a line that is little indented. */
export function windowsOf(path: string, lines: readonly string[]): ParsedChunk[] {
  return splitRows(lines, { from: 0, to: lines.length - 1 }, WINDOW_LINES).map(({ from, to }) => ({
    ...{ kind: 'window', name: null, container: null, signature: null, header: path },
    ...{ line: from + 1, endLine: to + 1, text: lines.slice(from, to + 1).join('\n') },
  }));
}
