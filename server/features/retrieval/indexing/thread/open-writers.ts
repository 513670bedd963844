import { statSync } from 'node:fs';
import { IndexWriter } from '../index-writer-store.ts';

/** Each holds a cache of pages. */
const MOST_OPEN = 3;

/** The indexes that are open to be written, the last used ones. */
export class OpenWriters {
  readonly #open = new Map<string, { writer: IndexWriter; file: number | undefined }>();

  /** Errors: as those of IndexWriter. */
  open(path: string): IndexWriter {
    const known = this.#open.get(path);
    // A file that somebody deleted lives on without a name; it must not be written any more.
    const isSame = known !== undefined && known.file === fileOf(path);
    if (!isSame) this.close(path);
    const writer = isSame ? known.writer : new IndexWriter(path);
    this.#open.delete(path);
    this.#open.set(path, { writer, file: fileOf(path) });
    return writer;
  }

  /** Closes those that were not used for longest. Not while a run is under way. */
  trim(): void {
    for (const path of [...this.#open.keys()].slice(0, -MOST_OPEN)) this.close(path);
  }

  find(path: string): IndexWriter | undefined {
    return this.#open.get(path)?.writer;
  }

  all(): IndexWriter[] {
    return [...this.#open.values()].map(({ writer }) => writer);
  }

  close(path: string): void {
    this.#open.get(path)?.writer.close();
    this.#open.delete(path);
  }
}

function fileOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
