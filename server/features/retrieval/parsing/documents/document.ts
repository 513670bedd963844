import { splitLines } from '../lines.ts';
import type { ParsedFile } from '../parsed-file.ts';
import { windowsOf } from '../windows.ts';
import { parseKeys } from './keys.ts';
import { parseMarkdown } from './markdown.ts';
import { parseNotebook } from './notebook.ts';

export type ParsedDocument = Pick<ParsedFile, 'chunks' | 'symbols'> & Partial<Pick<ParsedFile, 'problem'>>;

export interface DocumentFile {
  path: string;
  text: string;
  language: string | null;
}

/** A text that is no program, cut by its headings, keys or cells, or else in windows. */
export function parseDocument({ path, text, language }: DocumentFile): ParsedDocument {
  const lines = splitLines(text);
  switch (language) {
    case 'markdown':
      return parseMarkdown(path, lines);
    case 'json':
    case 'yaml':
    case 'toml':
    case 'ini':
      return parseKeys({ path, lines, language });
    case 'notebook':
      return parseNotebook({ path, text, lines });
    case null:
    default:
      return { chunks: windowsOf(path, lines), symbols: [] };
  }
}
