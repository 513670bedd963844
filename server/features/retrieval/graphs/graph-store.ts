import type { IndexDatabase } from '../indexing/index-schema-store.ts';
import type { FoundSymbol, SymbolRow } from '../search/names/symbol-store.ts';
import { perIndex } from '../search/reading/index-cache.ts';

/** A file as graphs see it. `isTest` as the index decided. */
export interface FileNode {
  id: number;
  path: string;
  language: string | null;
  lines: number;
  isTest: boolean;
}

/** Every file whose text is in the index, by id. */
export const filesById = perIndex((index: IndexDatabase): ReadonlyMap<number, FileNode> => {
  const rows = index
    .prepare<[], Omit<FileNode, 'isTest'> & { isTest: number }>(
      "select id, path, language, lines, is_test isTest from files where status = 'indexed' order by path",
    )
    .all();
  return new Map(rows.map((row) => [row.id, { ...row, isTest: row.isTest !== 0 }]));
});

/** The same files by path. */
export const filesByPath = perIndex(
  (index: IndexDatabase): ReadonlyMap<string, FileNode> =>
    new Map([...filesById(index).values()].map((file) => [file.path, file])),
);

/** An import that stays in the workspace. `names` as JSON. */
export interface ImportRow {
  fileId: number;
  target: string;
  specifier: string;
  names: string;
  line: number;
}

const IMPORT = 'select file_id fileId, target, specifier, names, line from imports where target is not null';

export function allImports(index: IndexDatabase): IterableIterator<ImportRow> {
  return index.prepare<[], ImportRow>(IMPORT).iterate();
}

/** Every symbol, file by file. */
export function allSymbols(index: IndexDatabase): IterableIterator<SymbolRow> {
  return index
    .prepare<[], SymbolRow>(
      `select id, file_id fileId, name, kind, container, signature, line, end_line endLine, exported
       from symbols order by id`,
    )
    .iterate();
}

/** One use of a name. */
export interface UseRow {
  fileId: number;
  name: string;
  line: number;
}

/** Every use of a name by another kind of statement than an import, in the order in which they were written. */
export function allUses(index: IndexDatabase): IterableIterator<UseRow> {
  return index
    .prepare<[], UseRow>("select file_id fileId, name, line from refs where kind <> 'import'")
    .iterate();
}

/** Uses of one name, imports among them. */
export function prepareUses(index: IndexDatabase): (name: string, limit: number) => UseRow[] {
  const statement = index.prepare<[string, number], UseRow>(
    'select file_id fileId, name, line from refs where name = ? limit ?',
  );
  return (name, limit) => statement.all(name, limit);
}

/** A call, and the symbol it stands in. */
export interface CallRow extends UseRow {
  symbolId: number | null;
}

/** What calls are asked for by: a name anywhere, or lines of a file. */
export function prepareCalls(index: IndexDatabase) {
  const call = `select file_id fileId, name, line, symbol_id symbolId from refs where kind in ('call', 'new')`;
  const named = index.prepare<[string, number], CallRow>(`${call} and name = ? limit ?`);
  const within = index.prepare<[number, number, number], CallRow>(
    `${call} and file_id = ? and line between ? and ? order by line`,
  );
  return {
    named: (name: string, limit: number) => named.all(name, limit),
    /** Lines from 1, both inclusive. */
    within: (fileId: number, line: number, endLine: number) => within.all(fileId, line, endLine),
  };
}

/** A symbol by its id. */
export function prepareSymbols(index: IndexDatabase): (id: number) => FoundSymbol | undefined {
  const statement = index.prepare<[number], Omit<FoundSymbol, 'exported'> & { exported: number }>(
    `select symbols.id, file_id fileId, name, kind, container, signature, path, line, end_line, exported
     from symbols join files on files.id = symbols.file_id where symbols.id = ?`,
  );
  return (id) => {
    const row = statement.get(id);
    return row && { ...row, exported: row.exported !== 0 };
  };
}

/** Which ids of chunks hold all of these words, split as the index splits them; at most `limit`. */
export function prepareChunkFiles(index: IndexDatabase): (words: string) => number[] {
  const statement = index
    .prepare<[string], number>(
      'select distinct file_id from chunks where id in (select rowid from chunk_words where chunk_words match ?)',
    )
    .pluck();
  return (words) => {
    const phrase = words
      .split(' ')
      .filter(Boolean)
      .map((word) => `"${word}"`)
      .join(' ');
    return phrase === '' ? [] : statement.all(phrase);
  };
}
