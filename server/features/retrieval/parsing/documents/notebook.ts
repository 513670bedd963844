import { z } from 'zod';
import type { ParsedChunk, ParsedSymbol } from '../parsed-file.ts';
import { windowsOf } from '../windows.ts';
import type { ParsedDocument } from './document.ts';
import { rowsOfSources } from './notebook-rows.ts';

const Notebook = z.object({
  cells: z.array(
    z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]).default('') }),
  ),
});

/**
 * The cells of a Jupyter notebook without their outputs, headings as symbols. Lines are those of the raw file, so
 * that a place can be opened; the text is that of the cell.
 */
export function parseNotebook(file: {
  path: string;
  text: string;
  lines: readonly string[];
}): ParsedDocument {
  const { path, text, lines } = file;
  const notebook = Notebook.safeParse(fromJson(text));
  if (!notebook.success) {
    return {
      chunks: windowsOf(path, lines),
      symbols: [],
      problem: 'It is no notebook that can be read; it was cut by lines.',
    };
  }
  const rows = rowsOfSources(text);
  const chunks: ParsedChunk[] = [];
  const symbols: ParsedSymbol[] = [];
  let heading: string | null = null;
  for (const [index, cell] of notebook.data.cells.entries()) {
    const source = typeof cell.source === 'string' ? cell.source : cell.source.join('');
    const place = rows[index];
    if (source.trim() === '' || place === undefined) continue;
    const [line, endLine] = [place.from + 1, place.to + 1];
    const title = cell.cell_type === 'markdown' ? /^#{1,6}\s+(.+)$/m.exec(source)?.[1]?.trim() : undefined;
    if (title !== undefined) {
      heading = title;
      symbols.push({
        kind: 'heading',
        name: title,
        container: null,
        signature: null,
        line,
        endLine,
        exported: false,
      });
    }
    const name = `cell ${index + 1}`;
    const header = [path, ...(heading === null ? [] : [heading]), name].join(' > ');
    chunks.push({
      kind: 'cell',
      name,
      container: heading,
      signature: null,
      header,
      line,
      endLine,
      text: source,
    });
  }
  return { chunks, symbols };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
