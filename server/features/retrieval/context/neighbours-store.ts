import type { IndexDatabase } from '../indexing/index-schema-store.ts';

/** A definition, or a chunk, in its file. */
export interface NeighbourRow {
  name: string | null;
  path: string;
  language: string | null;
  hash: string | null;
  line: number;
  endLine: number;
}

export interface Place {
  path: string;
  line: number;
  endLine: number;
}

const FROM = `path, language, hash, line, end_line endLine`;

/** What is called, made or named as a type in these lines and defined in the same file or in one that it imports. */
export function definitionsUsed(index: IndexDatabase, place: Place): (NeighbourRow & { kind: string })[] {
  return index
    .prepare<[Place], NeighbourRow & { kind: string }>(
      `with here as (select id from files where path = @path),
       used as (
         select distinct name from refs
         where file_id = (select id from here) and line between @line and @endLine and kind in ('call', 'new', 'type')),
       reach as (
         select id from here
         union select files.id from imports join files on files.path = imports.target
         where imports.file_id = (select id from here))
       select symbols.name, symbols.kind, ${FROM}
       from symbols join files on files.id = symbols.file_id
       where symbols.lower_name in (select lower(name) from used) and symbols.name in (select name from used)
         and symbols.file_id in (select id from reach)
         and not (files.path = @path and symbols.line between @line and @endLine)
         and symbols.kind not in ('property', 'variable', 'heading')
       order by path, line limit 60`,
    )
    .all(place);
}

/** The class or module around these lines, the innermost first. */
export function enclosing(index: IndexDatabase, place: Place): NeighbourRow | undefined {
  return index
    .prepare<[Place], NeighbourRow>(
      `select symbols.name, ${FROM} from symbols join files on files.id = symbols.file_id
       where path = @path and line < @line and end_line >= @endLine
         and symbols.kind in ('class', 'interface', 'struct', 'trait', 'enum', 'module')
       order by line desc limit 1`,
    )
    .get(place);
}

/** The smallest chunk of a test that uses this name of this file. */
export function testOf(index: IndexDatabase, path: string, name: string): NeighbourRow | undefined {
  return index
    .prepare<[string, string], NeighbourRow>(
      `select chunks.name, path, language, hash, chunks.line, chunks.end_line endLine
       from refs join chunks on chunks.file_id = refs.file_id and refs.line between chunks.line and chunks.end_line
         join files on files.id = refs.file_id
       where refs.name = ? and is_test = 1
         and refs.file_id in (select file_id from imports where target = ?)
       order by chunks.end_line - chunks.line, path limit 1`,
    )
    .get(name, path);
}

/** The chunk that holds a line, or else the nearest of that file. */
export function chunkOf(index: IndexDatabase, path: string, line: number): NeighbourRow | undefined {
  return index
    .prepare<{ path: string; line: number }, NeighbourRow>(
      `select chunks.name, ${FROM} from chunks join files on files.id = chunks.file_id
       where path = @path order by max(line - @line, @line - end_line, 0), end_line - line limit 1`,
    )
    .get({ path, line });
}

/** The chunks of one file in their order. */
export function chunksOf(index: IndexDatabase, path: string, limit: number): NeighbourRow[] {
  return index
    .prepare<[string, number], NeighbourRow>(
      `select chunks.name, ${FROM} from chunks join files on files.id = chunks.file_id
       where path = ? order by ordinal limit ?`,
    )
    .all(path, limit);
}

/** Where a definition is called from: the functions that the calls stand in. */
export function callersOf(index: IndexDatabase, name: string, limit: number): NeighbourRow[] {
  return index
    .prepare<[string, number], NeighbourRow>(
      `select symbols.name, path, language, hash, symbols.line, symbols.end_line endLine
       from refs join symbols on symbols.id = refs.symbol_id join files on files.id = refs.file_id
       where refs.name = ? and refs.kind in ('call', 'new')
       group by symbols.id order by is_test, path, symbols.line limit ?`,
    )
    .all(name, limit);
}

/** Files below a folder with what they define at their top, in their order. */
export function folderMap(
  index: IndexDatabase,
  folder: string,
  limit: number,
): { path: string; names: string }[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return index
    .prepare<[number, string, number], { path: string; names: string }>(
      `select path, coalesce((
         select group_concat(name, ', ') from (
           select distinct name from symbols
           where symbols.file_id = files.id and container is null and kind not in ('property', 'heading')
           order by exported desc, line limit 12)), '') names
       from files where status = 'indexed' and substr(path, 1, ?) = ? order by path limit ?`,
    )
    .all(prefix.length, prefix, limit);
}
