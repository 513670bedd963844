import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { ReferenceEntry, SymbolEntry, SymbolKind } from '../contract.ts';
import { perIndex } from '../reading/index-cache.ts';

/** A symbol as it lies in the index, without the path of its file. */
export interface SymbolRow {
  id: number;
  fileId: number;
  name: string;
  kind: SymbolKind;
  container: string | null;
  signature: string | null;
  line: number;
  endLine: number;
  exported: number;
}

type PlacedRow = SymbolRow & { path: string };

const SYMBOL = `select symbols.id, file_id fileId, name, kind, container, signature, path, line, end_line endLine, exported
  from symbols join files on files.id = symbols.file_id`;

/** A symbol that was found. */
export type FoundSymbol = SymbolEntry & { id: number; fileId: number };

function entryOf({ exported, endLine, ...row }: PlacedRow): FoundSymbol {
  return { ...row, end_line: endLine, exported: exported !== 0 };
}

/** The entry as callers know it. */
export function withoutIds(found: FoundSymbol): SymbolEntry {
  const { name, kind, container, signature, path, line, end_line, exported } = found;
  return { name, kind, container, signature, path, line, end_line, exported };
}

/** Every name once: names are far fewer than symbols. */
export const symbolNames = perIndex((index: IndexDatabase) =>
  index
    .prepare<[], { name: string; lowerName: string }>(
      'select distinct name, lower_name lowerName from symbols',
    )
    .all(),
);

/** Symbols of this very name, exported ones first. */
export function symbolsNamed(index: IndexDatabase, name: string, limit: number): FoundSymbol[] {
  return index
    .prepare<[string, string, number], PlacedRow>(
      `${SYMBOL} where lower_name = ? and name = ?
       order by is_test, exported desc, kind in ('property', 'variable'), path, line limit ?`,
    )
    .all(name.toLowerCase(), name, limit)
    .map(entryOf);
}

/** The symbols of a file, in their order. */
export function symbolsOf(index: IndexDatabase, path: string): FoundSymbol[] {
  return index
    .prepare<[string], PlacedRow>(`${SYMBOL} where path = ? order by line, end_line desc`)
    .all(path)
    .map(entryOf);
}

export interface UseRow {
  fileId: number;
  path: string;
  language: string | null;
  line: number;
  kind: ReferenceEntry['kind'];
  within: string | null;
}

/** Uses of a name, calls first, tests last. */
export function usesOf(index: IndexDatabase, name: string, limit: number): UseRow[] {
  return index
    .prepare<[string, number], UseRow>(
      `select refs.file_id fileId, path, language, refs.line, refs.kind, symbols.name within
       from refs join files on files.id = refs.file_id left join symbols on symbols.id = refs.symbol_id
       where refs.name = ?
       order by refs.kind in ('call', 'new') desc, is_test, path, refs.line limit ?`,
    )
    .all(name, limit);
}

/** Whether each file imports one of these paths: with which names (none: all of them). */
export function importsOf(
  index: IndexDatabase,
  targets: readonly string[],
): { fileId: number; names: string }[] {
  return index
    .prepare<[string], { fileId: number; names: string }>(
      'select file_id fileId, names from imports where target in (select value from json_each(?))',
    )
    .all(JSON.stringify(targets));
}

/** Files of the workspace that a file imports. */
export function targetsOf(index: IndexDatabase, path: string): string[] {
  return index
    .prepare<[string], { target: string }>(
      `select distinct target from imports join files on files.id = imports.file_id
       where path = ? and target is not null`,
    )
    .all(path)
    .map(({ target }) => target);
}
