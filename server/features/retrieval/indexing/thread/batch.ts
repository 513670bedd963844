import type { FileChange, IndexWriter } from '../index-writer-store.ts';

/** Characters, files and milliseconds after which what was gathered is committed, so that it can be found. */
const MOST_CHARACTERS = 2_000_000;
const MOST_FILES = 1000;
const MOST_MS = 1000;

/** Gathers changes of files and commits many at a time. */
export class Batch {
  readonly #writer: IndexWriter;
  readonly #onWritten: (changes: readonly FileChange[]) => void;
  #changes: FileChange[] = [];
  #characters = 0;
  #since = 0;

  constructor(writer: IndexWriter, onWritten: (changes: readonly FileChange[]) => void) {
    this.#writer = writer;
    this.#onWritten = onWritten;
  }

  /** True when it committed. */
  add(change: FileChange): boolean {
    if (this.#changes.length === 0) this.#since = performance.now();
    this.#changes.push(change);
    if (change.kind === 'indexed') {
      for (const { characters } of change.contents.chunks) this.#characters += characters;
    }
    const enough = this.#characters >= MOST_CHARACTERS || this.#changes.length >= MOST_FILES;
    if (!enough && performance.now() - this.#since < MOST_MS) return false;
    this.commit();
    return true;
  }

  /** Errors: those of SQLite; then nothing of the batch is in the index. */
  commit(): void {
    if (this.#changes.length === 0) return;
    const changes = this.#changes;
    this.#changes = [];
    this.#characters = 0;
    this.#writer.write(changes);
    this.#onWritten(changes);
  }
}
