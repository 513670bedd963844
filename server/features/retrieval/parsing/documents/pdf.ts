import { getDocumentProxy } from 'unpdf';
import type { ParsedChunk, ParsedFile } from '../parsed-file.ts';

const LIMIT_MS = 20_000;
const MOST_PAGES = 2000;
const MOST_CHARACTERS = 5_000_000;
const LONGEST_PIECE = 6000;

/**
 * The pages of a PDF: a chunk is a page, or a piece of a long one, and its line is the number of the page. Of a file
 * that is encrypted, broken, without text, or too slow, `problem` says so. Takes over `data`.
 */
export async function parsePdf(
  path: string,
  data: Uint8Array,
  { limitMs = LIMIT_MS }: { limitMs?: number } = {},
): Promise<ParsedFile> {
  const nothing: ParsedFile = {
    ...{ language: 'pdf', chunks: [], symbols: [], references: [], imports: [] },
    ...{ problem: null, skip: null },
  };
  try {
    const pages = await pagesOf(data, performance.now() + limitMs);
    const chunks = pages.texts.flatMap((text, index) => chunksOfPage(path, text, index + 1));
    if (chunks.length > 0) return { ...nothing, chunks, problem: pages.problem };
    return { ...nothing, skip: pages.problem ?? 'It holds no text, only pictures.' };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : 'unknown';
    return { ...nothing, skip: `It is a PDF that could not be read: ${reason}` };
  }
}

/** Page by page, so that a long file yields what was read in time. */
async function pagesOf(
  data: Uint8Array,
  deadline: number,
): Promise<{ texts: string[]; problem: string | null }> {
  const document = await getDocumentProxy(new Uint8Array(data), { verbosity: 0 });
  const texts: string[] = [];
  let characters = 0;
  try {
    for (let number = 1; number <= document.numPages; number += 1) {
      if (performance.now() > deadline) return { texts, problem: cutAt(number, 'time') };
      if (number > MOST_PAGES || characters > MOST_CHARACTERS)
        return { texts, problem: cutAt(number, 'size') };
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
      page.cleanup();
      texts.push(text);
      characters += text.length;
    }
    return { texts, problem: null };
  } finally {
    await document.loadingTask.destroy();
  }
}

function cutAt(page: number, limit: 'time' | 'size'): string {
  const why = limit === 'time' ? 'reading it took too long' : 'it is too long';
  return `Only the pages before ${page} are in the index: ${why}.`;
}

function chunksOfPage(path: string, text: string, number: number): ParsedChunk[] {
  const plain = text.replace(/[ \t]+/g, ' ').trim();
  const name = `page ${number}`;
  const pieces: ParsedChunk[] = [];
  for (let from = 0; from < plain.length; ) {
    const space = plain.lastIndexOf(' ', from + LONGEST_PIECE);
    const to = plain.length - from <= LONGEST_PIECE || space <= from ? from + LONGEST_PIECE : space;
    pieces.push({
      ...{ kind: 'page', name, container: null, signature: null, header: `${path} > ${name}` },
      ...{ line: number, endLine: number, text: plain.slice(from, to) },
    });
    from = to;
  }
  return pieces;
}
