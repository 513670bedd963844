import type { ChunkKind } from '../../search/contract.ts';
import { isEmptyLine, splitRows, trimRows, type Rows } from '../lines.ts';
import type { ParsedChunk } from '../parsed-file.ts';

/** Rows of a document with what they are about. */
export interface Section {
  rows: Rows;
  kind: ChunkKind;
  name: string | null;
  /** Names of what lies around it, outermost first. */
  around: readonly string[];
}

/** Sections as chunks, long ones in pieces; a section that says nothing is left out. */
export function chunksOfSections(
  path: string,
  lines: readonly string[],
  sections: readonly Section[],
): ParsedChunk[] {
  return sections.flatMap(({ rows, kind, name, around }) => {
    if (lines.slice(rows.from, rows.to + 1).every(isEmptyLine)) return [];
    const container = around.length === 0 ? null : around.join(' > ');
    const header = [path, ...around, ...(name === null ? [] : [name])].join(' > ');
    return splitRows(lines, rows).map(({ from, to }) => ({
      ...{ kind, name, container, signature: null, header, line: from + 1, endLine: to + 1 },
      text: lines.slice(from, to + 1).join('\n'),
    }));
  });
}

/** The line, from 1, of the last row that is not blank. */
export function lastLine(lines: readonly string[], rows: Rows): number {
  return (trimRows(lines, rows)?.to ?? rows.from) + 1;
}
