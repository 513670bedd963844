import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type FileChange, IndexWriter } from '../../server/features/retrieval/indexing/index-writer-store.ts';
import { takeFile } from '../../server/features/retrieval/indexing/thread/take-file.ts';
import { parsePdf } from '../../server/features/retrieval/parsing/documents/pdf.ts';
import { createParser } from '../../server/features/retrieval/parsing/parser.ts';
import { shapeOf } from '../../server/features/retrieval/parsing/shape.ts';

const SOURCES = /(?<!\.min)\.(js|mjs|cjs|ts|mts|tsx|jsx)$/;
/** Bytes: bundles are no code that anybody searches. */
const LARGEST = 200_000;
const BATCH = 100;

export interface Corpus {
  chunks: number;
  lines: number;
  files: number;
}

/** Indexes sources below `root` into the file `path` until there are so many chunks or lines. */
export async function indexSources(
  { root, path }: { root: string; path: string },
  enough: Partial<Pick<Corpus, 'chunks' | 'lines'>>,
): Promise<Corpus> {
  const parser = await createParser();
  const writer = new IndexWriter(path);
  const taking = {
    ...{ run: 1, place: { root, broken: {} }, pulse: { begin: () => undefined, end: () => undefined } },
    parser: { parse: (file: Parameters<typeof parser.parse>[0]) => parser.parse(file), parsePdf, shapeOf },
  };
  let batch: FileChange[] = [];
  for (const found of filesBelow(root, '')) {
    const change = await takeFile(taking, found, undefined);
    if (change?.kind === 'indexed') batch.push(change);
    if (batch.length < BATCH) continue;
    writer.write(batch);
    batch = [];
    const { chunks, lines } = writer.totals;
    if (chunks >= (enough.chunks ?? Infinity) || lines >= (enough.lines ?? Infinity)) break;
  }
  writer.write(batch);
  const { chunks, lines, files } = writer.totals;
  writer.close();
  parser.close();
  return { chunks, lines, files };
}

function* filesBelow(
  root: string,
  folder: string,
): Generator<{ path: string; size: number; modifiedMs: number }> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile() && SOURCES.test(entry.name)) {
      const { size, mtimeMs } = statSync(join(root, path));
      if (size <= LARGEST) yield { path, size, modifiedMs: mtimeMs };
    }
  }
}
