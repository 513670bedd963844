import BetterSqlite3 from 'better-sqlite3';
import { AppError } from '#server/kernel/errors.ts';

/**
 * One index is one SQLite file, `indexes/<workspace id>.sqlite` below the data folder: derived from the folder,
 * deletable, and written by one thread only, so that no write of it ever waits for the conversations' database.
 */
export type IndexDatabase = BetterSqlite3.Database;

/** Raised whenever files would be read differently: an index of another version is built again beside the old one. */
export const INDEX_VERSION = 1;

const SCHEMA = `
  create table facts (key text primary key, value text not null) without rowid;

  create table files (
    id integer primary key,
    path text not null unique,
    language text,
    size integer not null,
    modified_ms real not null,
    hash text,
    lines integer not null default 0,
    status text not null check (status in ('indexed', 'skipped', 'failed')),
    reason text,
    is_test integer not null default 0,
    indexed_at integer not null
  );
  create index files_with_problems on files(path) where status <> 'indexed';

  create table chunks (
    id integer primary key,
    file_id integer not null references files(id) on delete cascade,
    ordinal integer not null,
    kind text not null,
    name text,
    container text,
    signature text,
    header text not null,
    line integer not null,
    end_line integer not null,
    characters integer not null,
    -- sha256 of header and text: what a vector belongs to
    text_hash text not null,
    -- 64-bit fingerprint of the text without names and literals, for duplicates; null for what is too short
    shape integer
  );
  create index chunks_by_file on chunks(file_id, ordinal);
  create index chunks_by_hash on chunks(text_hash);
  create index chunks_by_name on chunks(name);
  create index chunks_by_shape on chunks(shape) where shape is not null;

  -- rowid is chunks.id; the words are split by split-words.ts before they come here
  create virtual table chunk_words using fts5 (
    name, path, body,
    content = '', contentless_delete = 1, detail = full,
    tokenize = "porter unicode61 tokenchars '_'"
  );

  create table symbols (
    id integer primary key,
    file_id integer not null references files(id) on delete cascade,
    chunk_id integer,
    name text not null,
    lower_name text not null,
    kind text not null,
    container text,
    signature text,
    line integer not null,
    end_line integer not null,
    exported integer not null
  );
  create index symbols_by_file on symbols(file_id, line);
  create index symbols_by_name on symbols(lower_name);

  create table refs (
    file_id integer not null references files(id) on delete cascade,
    name text not null,
    kind text not null,
    line integer not null,
    -- the innermost symbol it stands in
    symbol_id integer,
    primary key (file_id, line, name, kind)
  ) without rowid;
  create index refs_by_name on refs(name, kind);

  create table imports (
    file_id integer not null references files(id) on delete cascade,
    specifier text not null,
    -- JSON array
    names text not null,
    line integer not null,
    -- files.path it leads to; null when it leads out of the workspace
    target text
  );
  create index imports_by_file on imports(file_id);
  create index imports_by_target on imports(target);
`;

/** Opens an index to write, or makes it. Errors: storage_full, internal for a file that is no index; then delete it. */
export function openIndex(path: string): IndexDatabase {
  const database = new BetterSqlite3(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  database.pragma('cache_size = -16000');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version === 0) {
    database.transaction(() => {
      database.exec(SCHEMA);
      database.pragma(`user_version = ${INDEX_VERSION}`);
    })();
  } else if (version !== INDEX_VERSION) {
    database.close();
    throw new AppError('conflict', `The index ${path} is of version ${version}; this is ${INDEX_VERSION}.`);
  }
  return database;
}

/** Opens an index to read, for a thread that answers questions. Errors: not_found while there is none. */
export function openIndexToRead(path: string): IndexDatabase {
  try {
    const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true });
    database.pragma('cache_size = -16000');
    return database;
  } catch (cause) {
    throw new AppError('not_found', 'There is no index of this folder yet.', { cause });
  }
}
