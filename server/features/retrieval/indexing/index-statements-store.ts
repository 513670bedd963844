import { z } from 'zod';
import { AppError } from '#server/kernel/errors.ts';
import type { IndexDatabase } from './index-schema-store.ts';

/** A file as the index knows it. Bytes; milliseconds since 1970. */
export interface KnownFile {
  size: number;
  modifiedMs: number;
  hash: string | null;
  status: 'indexed' | 'skipped' | 'failed';
}

/** An import whose target is to be found. `row` names it to `aim`. */
export interface OpenImport {
  row: number;
  specifier: string;
  names: string[];
  path: string;
  language: string | null;
  target: string | null;
}

const Names = z.array(z.string());

/** What the writer of an index says to SQLite, prepared once. */
export function prepareIndex(database: IndexDatabase) {
  const openImport = `select imports.rowid, specifier, names, files.path, language, target
    from imports join files on files.id = imports.file_id`;
  return {
    fact: database.prepare('select value from facts where key = ?').raw(),
    setFact: database.prepare('insert or replace into facts(key, value) values (?, ?)'),
    known: database.prepare('select path, size, modified_ms, hash, status from files').raw(),
    find: database.prepare('select path, size, modified_ms, hash, status from files where path = ?').raw(),
    below: database.prepare('select path from files where path > ? and path < ?').pluck(),
    touch: database.prepare('update files set size = ?, modified_ms = ? where path = ?'),
    fileRow: database.prepare('select id, status, lines from files where path = ?').raw(),
    chunkRows: database
      .prepare('select text_hash, id, ordinal, line from chunks where file_id = ? order by ordinal')
      .raw(),
    moveChunk: database.prepare('update chunks set ordinal = ?, line = ?, end_line = ? where id = ?'),
    removeWords: database.prepare('delete from chunk_words where rowid = ?'),
    removeChunk: database.prepare('delete from chunks where id = ?'),
    clearSymbols: database.prepare('delete from symbols where file_id = ?'),
    clearReferences: database.prepare('delete from refs where file_id = ?'),
    clearImports: database.prepare('delete from imports where file_id = ?'),
    removeFile: database.prepare('delete from files where id = ?'),
    putFile: database.prepare(
      `insert into files(id, path, language, size, modified_ms, hash, lines, status, reason, is_test, indexed_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict(id) do update set language = excluded.language, size = excluded.size,
         modified_ms = excluded.modified_ms, hash = excluded.hash, lines = excluded.lines, status = excluded.status,
         reason = excluded.reason, is_test = excluded.is_test, indexed_at = excluded.indexed_at`,
    ),
    putChunk: database.prepare(
      `insert into chunks(file_id, ordinal, kind, name, container, signature, header, line, end_line, characters,
         text_hash, shape) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    putWords: database.prepare('insert into chunk_words(rowid, name, path, body) values (?, ?, ?, ?)'),
    putSymbol: database.prepare(
      `insert into symbols(file_id, chunk_id, name, lower_name, kind, container, signature, line, end_line, exported)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    putReference: database.prepare(
      'insert or ignore into refs(file_id, name, kind, line, symbol_id) values (?, ?, ?, ?, ?)',
    ),
    putImport: database.prepare(
      'insert into imports(file_id, specifier, names, line, target) values (?, ?, ?, ?, null)',
    ),
    importsOpen: database
      .prepare(
        `${openImport} where target is null or not exists (select 1 from files as there where there.path = target)`,
      )
      .raw(),
    importsNear: database.prepare(`${openImport} where target is null and instr(specifier, ?)`).raw(),
    importsOf: database.prepare(`${openImport} where files.path = ?`).raw(),
    importsTo: database.prepare(`${openImport} where target = ?`).raw(),
    aim: database.prepare('update imports set target = ? where rowid = ?'),
    merge: database.prepare("insert into chunk_words(chunk_words, rank) values ('merge', ?)"),
    changeCount: database.prepare('select total_changes()').pluck(),
  };
}

export function asKnown(row: unknown): KnownFile & { path: string } {
  if (!Array.isArray(row)) throw new AppError('internal', 'A row of the index could not be read.');
  const [path, size, modifiedMs, hash, status] = row;
  return {
    path: String(path),
    size: Number(size),
    modifiedMs: Number(modifiedMs),
    hash: hash === null ? null : String(hash),
    status: status === 'indexed' || status === 'skipped' ? status : 'failed',
  };
}

export function asOpenImport(row: unknown): OpenImport {
  if (!Array.isArray(row)) throw new AppError('internal', 'A row of the index could not be read.');
  const [id, specifier, names, path, language, target] = row;
  return {
    row: Number(id),
    specifier: String(specifier),
    names: Names.parse(JSON.parse(String(names))),
    path: String(path),
    language: language === null ? null : String(language),
    target: target === null ? null : String(target),
  };
}
