import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createLog } from '#server/kernel/log.ts';
import { type IndexDatabase, openIndexToRead } from '../../indexing/index-schema-store.ts';
import { IndexWriter } from '../../indexing/index-writer-store.ts';
import { takeFile } from '../../indexing/thread/take-file.ts';
import { parsePdf } from '../../parsing/documents/pdf.ts';
import { createParser } from '../../parsing/parser.ts';
import { shapeOf } from '../../parsing/shape.ts';
import { createIndexReader, type IndexReader } from '../index-reader.ts';
import type { ReadingPlace } from '../question.ts';
import { NO_FILTERS } from '../ranking/filter.ts';
import { rank, type RankInput } from '../ranking/rank.ts';

const parser = await createParser();

/** A folder with files and its index, read by the real parser and written by the real writer. */
export interface IndexedFolder {
  root: string;
  /** Of the index. */
  path: string;
  /** Writes files and takes them into the index. Null removes one from both. */
  put(files: Record<string, string | Uint8Array | null>): Promise<void>;
  /** A copy of the index in another file. */
  copyTo(path: string): void;
  /** Asks in this thread. */
  place: ReadingPlace;
  find(text: string, input?: Partial<RankInput>): ReturnType<typeof rank>;
  /** Asks in threads of its own; closed with the folder. */
  reader(): IndexReader;
  close(): Promise<void>;
}

export async function openIndexedFolder(files: Record<string, string | Uint8Array>): Promise<IndexedFolder> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-search-')));
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-index-'));
  const path = join(home, 'index.sqlite');
  const writer = new IndexWriter(path);
  const readers: IndexReader[] = [];

  const put: IndexedFolder['put'] = async (changed) => {
    for (const [name, content] of Object.entries(changed)) {
      if (content === null) {
        rmSync(join(root, name));
        writer.write([{ kind: 'gone', path: name }]);
        continue;
      }
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
      const { size, mtimeMs: modifiedMs } = statSync(join(root, name));
      const change = await takeFile(
        {
          run: 1,
          place: { root, broken: {} },
          parser: { parse: (file) => parser.parse(file), parsePdf, shapeOf },
          pulse: { begin: () => undefined, end: () => undefined },
        },
        { path: name, size, modifiedMs },
        undefined,
      );
      if (change) writer.write([change]);
    }
    aimImports(writer);
  };

  await put(files);
  const index: IndexDatabase = openIndexToRead(path);
  const place: ReadingPlace = { index, root, partial: () => undefined, abandoned: async () => false };
  return {
    ...{ root, path, put, place },
    copyTo: (to) => void index.prepare('vacuum into ?').run(to),
    find: (text, input = {}) => rank(place, { text, filters: NO_FILTERS, limit: 20, ...input }),
    reader() {
      const log = createLog({ level: 'error' });
      const reader = createIndexReader({ log, pathOf: () => path, rootOf: () => root });
      readers.push(reader);
      return reader;
    },
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
      index.close();
      writer.close();
      for (const folder of [root, home]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Imports of tests are written as `./name.ts` beside the importer. */
function aimImports(writer: IndexWriter): void {
  const targets = writer.openImports().map(({ row, specifier, path }) => {
    const target = join(dirname(path), specifier);
    return { row, target: writer.find(target) ? target : null };
  });
  writer.aim(targets);
}
