import type { Rows } from '../lines.ts';

interface Level {
  array: boolean;
  index: number;
  key: string | null;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,\n]/g;

/** Where the `source` of each cell stands in the text of a notebook: its first and last row, from 0. */
export function rowsOfSources(text: string): (Rows | undefined)[] {
  const found: (Rows | undefined)[] = [];
  const levels: Level[] = [];
  let row = 0;
  let last: string | null = null;
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1);
    if (part === '\n') row += 1;
    else if (part === '{' || part === '[') {
      levels.push({ array: part === '[', index: 0, key: null });
    } else if (part === '}' || part === ']') levels.pop();
    else if (part === ':' && level !== undefined) level.key = last;
    else if (part === ',' && level !== undefined) {
      level.index += 1;
      if (!level.array) level.key = null;
    } else {
      last = part.slice(1, -1);
      const cell = cellOf(levels);
      if (cell !== null) found[cell] = { from: found[cell]?.from ?? row, to: row };
    }
  }
  return found;
}

/** The number of the cell when a string here is part of its source. */
function cellOf(levels: readonly Level[]): number | null {
  const [notebook, cells, cell, source] = levels;
  const inside = notebook?.key === 'cells' && cells?.array === true && cell?.key === 'source';
  if (!inside || levels.length > 4 || (source !== undefined && !source.array)) return null;
  return cells.index;
}
