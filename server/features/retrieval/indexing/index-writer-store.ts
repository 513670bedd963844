import type { ParsedChunk, ParsedImport, ParsedReference, ParsedSymbol } from '../parsing/parsed-file.ts';
import type { IndexState } from './contract.ts';
import { enclosing } from './enclosing.ts';
import { type IndexDatabase, openIndex } from './index-schema-store.ts';
import {
  asKnown,
  asOpenImport,
  type KnownFile,
  type OpenImport,
  prepareIndex,
} from './index-statements-store.ts';

/** What is kept of any file, whether its text could be taken or not. */
export interface FileEntry {
  path: string;
  size: number;
  modifiedMs: number;
  hash: string | null;
  language: string | null;
  lines: number;
  isTest: boolean;
}

/** A chunk as it is written: the words are split, the text itself is not kept. */
export interface IndexedChunk extends Omit<ParsedChunk, 'text'> {
  characters: number;
  textHash: string;
  shape: bigint | null;
  /** Asked for only where the chunk is not in the index yet. */
  words(): { name: string; path: string; body: string };
}

export interface FileContents {
  chunks: IndexedChunk[];
  symbols: ParsedSymbol[];
  references: ParsedReference[];
  imports: ParsedImport[];
  /** Why it was cut into windows; null when all went well. */
  problem: string | null;
}

export type FileChange =
  | { kind: 'indexed'; file: FileEntry; contents: FileContents }
  | { kind: 'skipped' | 'failed'; file: FileEntry; reason: string }
  /** The same bytes as before. */
  | { kind: 'touched'; path: string; size: number; modifiedMs: number }
  | { kind: 'gone'; path: string };

export type IndexTotals = IndexState['indexed'];

/** What a pass leaves behind: `pending` until all imports of a first or interrupted pass are resolved. */
type FactKey = 'imports' | 'totals' | 'complete';

/** The one writer of an index. Every call is one transaction; after an error nothing of it is there. */
export class IndexWriter {
  readonly path: string;
  readonly #database: IndexDatabase;
  readonly #statements: ReturnType<typeof prepareIndex>;
  #totals: IndexTotals;

  /** Errors: conflict for an index of another version; SQLITE_NOTADB, SQLITE_CORRUPT for what is no index. */
  constructor(path: string) {
    this.path = path;
    this.#database = openIndex(path);
    try {
      tuneForWriting(this.#database);
      this.#statements = prepareIndex(this.#database);
      this.#totals = this.#readTotals();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get totals(): IndexTotals {
    return { ...this.#totals };
  }

  fact(key: FactKey): string | undefined {
    const row: unknown = this.#statements.fact.get(key);
    return Array.isArray(row) ? String(row[0]) : undefined;
  }

  setFact(key: FactKey, value: string): void {
    this.#statements.setFact.run(key, value);
  }

  /** Every file it knows, by path. */
  known(): Map<string, KnownFile> {
    const known = new Map<string, KnownFile>();
    for (const row of this.#statements.known.iterate()) {
      const { path, ...file } = asKnown(row);
      known.set(path, file);
    }
    return known;
  }

  find(path: string): KnownFile | undefined {
    const row = this.#statements.find.get(path);
    return row === undefined ? undefined : asKnown(row);
  }

  /** Paths of the files it knows in a folder. */
  below(folder: string): string[] {
    return this.#statements.below.all(`${folder}/`, `${folder}0`).map(String);
  }

  /** One transaction: afterwards all of them are in, or none. */
  write(changes: readonly FileChange[]): void {
    const totals = { ...this.#totals };
    this.#database.transaction(() => {
      for (const change of changes) this.#apply(change, totals);
      this.#statements.setFact.run('totals', JSON.stringify(totals));
    })();
    this.#totals = totals;
  }

  /**
   * Imports without a target, or whose target is not in the index any more. `near`: only those that speak of one of
   * these words, e.g. the name of a file that appeared.
   */
  openImports(near?: readonly string[]): OpenImport[] {
    const rows = near
      ? near.flatMap((word) => this.#statements.importsNear.all(word))
      : this.#statements.importsOpen.all();
    return rows.map(asOpenImport);
  }

  importsOf(path: string): OpenImport[] {
    return this.#statements.importsOf.all(path).map(asOpenImport);
  }

  importsTo(path: string): OpenImport[] {
    return this.#statements.importsTo.all(path).map(asOpenImport);
  }

  aim(targets: readonly { row: number; target: string | null }[]): void {
    if (targets.length === 0) return;
    this.#database.transaction(() => {
      for (const { row, target } of targets) this.#statements.aim.run(target, row);
    })();
  }

  /** Merges parts of the word index for some milliseconds at most; false when there is nothing left to merge. */
  mergeWords(): boolean {
    const before = this.#changeCount();
    this.#statements.merge.run(MERGE_PAGES);
    return this.#changeCount() - before >= 2;
  }

  /** Merges all parts of the word index into one, in steps of `mergeWords`. */
  beginMerge(): void {
    this.#statements.merge.run(-MERGE_PAGES);
  }

  close(): void {
    this.#database.close();
  }

  #changeCount(): number {
    return Number(this.#statements.changeCount.get()?.toString());
  }

  #apply(change: FileChange, totals: IndexTotals): void {
    if (change.kind === 'touched') {
      this.#statements.touch.run(change.size, change.modifiedMs, change.path);
      return;
    }
    const path = change.kind === 'gone' ? change.path : change.file.path;
    const id = this.#uncount(path, totals);
    if (id !== undefined) this.#clearOutline(id, totals);
    if (change.kind === 'indexed') {
      const fileId = this.#putFile(id, change, totals);
      const chunkIds = this.#putChunks(fileId, change.contents.chunks, totals);
      this.#putOutline(fileId, change.contents, chunkIds);
      totals.symbols += change.contents.symbols.length;
      return;
    }
    if (id !== undefined) this.#putChunks(id, [], totals);
    if (change.kind !== 'gone') this.#putFile(id, change, totals);
    else if (id !== undefined) this.#statements.removeFile.run(id);
  }

  /** Takes what is known of a file out of the totals. Answers with its id. */
  #uncount(path: string, totals: IndexTotals): number | undefined {
    const row: unknown = this.#statements.fileRow.get(path);
    if (!Array.isArray(row)) return undefined;
    totals[countedAs(String(row[1]))] -= 1;
    totals.lines -= Number(row[2]);
    return Number(row[0]);
  }

  #clearOutline(fileId: number, totals: IndexTotals): void {
    totals.symbols -= this.#statements.clearSymbols.run(fileId).changes;
    this.#statements.clearReferences.run(fileId);
    this.#statements.clearImports.run(fileId);
  }

  #putFile(
    id: number | undefined,
    change: Extract<FileChange, { file: FileEntry }>,
    totals: IndexTotals,
  ): number {
    const { file, kind } = change;
    const reason = change.kind === 'indexed' ? change.contents.problem : change.reason;
    const lines = kind === 'indexed' ? file.lines : 0;
    totals[countedAs(kind)] += 1;
    totals.lines += lines;
    const values = [
      ...[file.path, file.language, file.size, file.modifiedMs, file.hash, lines],
      ...[kind, reason, file.isTest ? 1 : 0, Date.now()],
    ];
    const { lastInsertRowid } = this.#statements.putFile.run(id ?? null, ...values);
    return id ?? Number(lastInsertRowid);
  }

  /** What stays the same keeps its row and its words, so that an edit costs what it changed. Answers with the ids. */
  #putChunks(fileId: number, chunks: readonly IndexedChunk[], totals: IndexTotals): number[] {
    const { chunkRows, moveChunk, putChunk, putWords, removeWords, removeChunk } = this.#statements;
    const before = byHash(chunkRows.all(fileId));
    const ids = chunks.map((chunk, ordinal) => {
      const { kind, name, container, signature, header, line, endLine, characters, textHash, shape } = chunk;
      const kept = before.get(textHash)?.shift();
      if (kept !== undefined) {
        if (kept.line !== line || kept.ordinal !== ordinal) moveChunk.run(ordinal, line, endLine, kept.id);
        return kept.id;
      }
      const { lastInsertRowid: id } = putChunk.run(
        ...[fileId, ordinal, kind, name, container, signature, header, line, endLine, characters],
        ...[textHash, shape],
      );
      const words = chunk.words();
      putWords.run(id, words.name, words.path, words.body);
      totals.chunks += 1;
      return Number(id);
    });
    for (const { id } of [...before.values()].flat()) {
      removeWords.run(id);
      removeChunk.run(id);
      totals.chunks -= 1;
    }
    return ids;
  }

  #putOutline(
    fileId: number,
    { chunks, symbols, references, imports }: FileContents,
    chunkIds: number[],
  ): void {
    const { putSymbol, putReference, putImport } = this.#statements;
    const chunkAround = enclosing(chunks, symbols);
    const symbolIds = symbols.map((symbol, at) => {
      const { name, kind, container, signature, line, endLine, exported } = symbol;
      const chunkId = chunkIds[chunkAround[at] ?? -1] ?? null;
      const { lastInsertRowid } = putSymbol.run(
        ...[fileId, chunkId, name, name.toLowerCase(), kind, container, signature, line, endLine],
        exported ? 1 : 0,
      );
      return Number(lastInsertRowid);
    });
    const symbolAround = enclosing(symbols, references);
    for (const [at, { name, kind, line }] of references.entries()) {
      putReference.run(fileId, name, kind, line, symbolIds[symbolAround[at] ?? -1] ?? null);
    }
    for (const { specifier, names, line } of imports) {
      putImport.run(fileId, specifier, JSON.stringify(names), line);
    }
  }

  #readTotals(): IndexTotals {
    const kept = this.fact('totals');
    const none: IndexTotals = { files: 0, chunks: 0, symbols: 0, lines: 0, skipped: 0, failed: 0 };
    return kept === undefined ? none : { ...none, ...JSON.parse(kept) };
  }
}

/** Pages of the word index that one step of merging writes: some 20 ms. */
const MERGE_PAGES = 400n;

/** Few large parts instead of many small ones: measured three times as fast as FTS5's own settings. */
function tuneForWriting(database: IndexDatabase): void {
  const set = database.prepare('insert into chunk_words(chunk_words, rank) values (?, ?)');
  // A number of JavaScript is bound as a real, which FTS5 refuses.
  set.run('hashsize', 16n * 2n ** 20n);
  set.run('automerge', 0n);
  set.run('crisismerge', 64n);
}

interface ChunkRow {
  id: number;
  ordinal: number;
  line: number;
}

function byHash(rows: readonly unknown[]): Map<string, ChunkRow[]> {
  const found = new Map<string, ChunkRow[]>();
  for (const row of rows) {
    if (!Array.isArray(row)) continue;
    const [hash, id, ordinal, line] = row;
    const chunk = { id: Number(id), ordinal: Number(ordinal), line: Number(line) };
    const same = found.get(String(hash));
    if (same === undefined) found.set(String(hash), [chunk]);
    else same.push(chunk);
  }
  return found;
}

function countedAs(status: string): 'files' | 'skipped' | 'failed' {
  return status === 'indexed' ? 'files' : status === 'skipped' ? 'skipped' : 'failed';
}
