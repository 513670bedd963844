import { readBytesSync, readTextSync } from '#server/files/read-text.ts';
import { AppError } from '#server/kernel/errors.ts';
import { splitLines } from '../../parsing/lines.ts';

/** The lines of a file as they are on the disk. Of a PDF: a line is what its page says. */
export interface FileLines {
  lines: string[];
  hash: string;
}

/** Bytes. */
const LIMIT = 5_000_000;
const PDF_LIMIT = 50_000_000;
/** Milliseconds for the pages of one PDF. */
const PDF_MS = 700;
/** PDFs whose pages are remembered, by the hash of their bytes. */
const PDFS = 8;
const pdfs = new Map<string, string[]>();

/** Reads files of one search, each once. Undefined: gone, or not to be read any more. */
export function createFileLines(root: string) {
  const read = new Map<string, FileLines | undefined>();
  return async (path: string, language: string | null): Promise<FileLines | undefined> => {
    if (!read.has(path)) {
      read.set(path, language === 'pdf' ? await readPdf(root, path) : readLines(root, path));
    }
    return read.get(path);
  };
}

function readLines(root: string, path: string): FileLines | undefined {
  const file = orUndefined(() => readTextSync(root, path, { limit: LIMIT }));
  return file === undefined || 'reason' in file
    ? undefined
    : { lines: splitLines(file.text), hash: file.hash };
}

async function readPdf(root: string, path: string): Promise<FileLines | undefined> {
  const file = orUndefined(() => readBytesSync(root, path, { limit: PDF_LIMIT }));
  if (file === undefined || 'reason' in file) return undefined;
  let lines = pdfs.get(file.hash);
  if (lines === undefined) {
    // Loaded when there is a PDF: it is most of what this thread would load.
    const { parsePdf } = await import('../../parsing/documents/pdf.ts');
    lines = [];
    for (const { line, text } of (await parsePdf(path, file.data, { limitMs: PDF_MS })).chunks) {
      lines[line - 1] = `${lines[line - 1] ?? ''} ${text}`.replaceAll(/\s+/g, ' ').trim();
    }
    lines = Array.from(lines, (line) => line ?? '');
    if (pdfs.size >= PDFS) pdfs.delete([...pdfs.keys()][0] ?? '');
    pdfs.set(file.hash, lines);
  }
  return { lines, hash: file.hash };
}

/** A file may be gone, or be a link by now, between the index and the reading of it. */
function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
