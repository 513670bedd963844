import type { ParsedFile } from '../../parsing/parsed-file.ts';
import { splitWords } from '../../parsing/split-words.ts';
import type { FileContents } from '../index-writer-store.ts';
import { textHash } from '../text-hash.ts';

/** What is written of a parsed file. `shapeOf`: the fingerprint of a text without its names, null for a short one. */
export function contentsOf(
  path: string,
  parsed: ParsedFile,
  shapeOf: (text: string) => bigint | null,
): FileContents {
  const pathWords = splitWords(path);
  const chunks = parsed.chunks.map(({ text, ...chunk }) => ({
    ...chunk,
    characters: text.length,
    textHash: textHash(chunk.header, text),
    shape: shapeOf(text),
    words: () => ({
      name: splitWords(chunk.name ?? ''),
      path: pathWords,
      body: splitWords(`${chunk.container ?? ''} ${chunk.signature ?? ''}\n${text}`),
    }),
  }));
  const { symbols, references, imports, problem } = parsed;
  return { chunks, symbols, references, imports, problem };
}
