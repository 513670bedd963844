import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { IndexedChunk } from '../../indexing/index-writer-store.ts';

/** A chunk and the file it is in. */
export interface ChunkRow extends Omit<IndexedChunk, 'shape' | 'words'> {
  id: number;
  fileId: number;
  path: string;
  language: string | null;
  hash: string | null;
  isTest: number;
}

const CHUNK = `select chunks.id, file_id fileId, path, language, hash, is_test isTest, kind, name, container, signature,
  header, line, end_line endLine, characters, text_hash textHash
  from chunks join files on files.id = chunks.file_id`;

/** Those of these chunks that are there. */
export function chunksById(index: IndexDatabase, ids: readonly number[]): ChunkRow[] {
  return index
    .prepare<[string], ChunkRow>(`${CHUNK} where chunks.id in (select value from json_each(?))`)
    .all(JSON.stringify(ids));
}

/** Chunks whose header and text are these; copies of a text are several. */
export function chunksByHash(
  index: IndexDatabase,
  hashes: readonly string[],
): { id: number; textHash: string }[] {
  return index
    .prepare<[string], { id: number; textHash: string }>(
      'select id, text_hash textHash from chunks where text_hash in (select value from json_each(?))',
    )
    .all(JSON.stringify(hashes));
}

/** The smallest chunk of a file that holds a line, or the nearest one. */
export function chunkAt(index: IndexDatabase, path: string, line: number): ChunkRow | undefined {
  return index
    .prepare<{ path: string; line: number }, ChunkRow>(
      `${CHUNK} where path = @path
       order by max(line - @line, @line - end_line, 0), end_line - line limit 1`,
    )
    .get({ path, line });
}

/** The chunks a file begins with. */
export function firstChunks(index: IndexDatabase, fileId: number, limit: number): number[] {
  return index
    .prepare<[number, number], { id: number }>(
      'select id from chunks where file_id = ? order by ordinal limit ?',
    )
    .all(fileId, limit)
    .map(({ id }) => id);
}

/** Chunks that define a name, whatever its case; those of that class first where one is named. */
export function chunksDefining(
  index: IndexDatabase,
  { name, container }: { name: string; container: string | null },
  limit: number,
): { id: number; name: string; container: string | null }[] {
  return index
    .prepare<(string | number)[], { id: number; name: string; container: string | null }>(
      `select chunk_id id, name, container from symbols where lower_name = ? and chunk_id is not null
       order by name = ? desc, coalesce(container, '') like ? desc, kind in ('property', 'variable'), id limit ?`,
    )
    .all(name.toLowerCase(), name, container === null ? '%' : `%${container}`, limit);
}
