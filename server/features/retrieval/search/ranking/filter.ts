import type { z } from 'zod';
import { GlobList } from '#server/files/glob-list.ts';
import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { ChunkKind, SearchFilters } from '../contract.ts';
import { indexedFiles } from '../names/file-store.ts';

export type Filters = z.infer<typeof SearchFilters>;

export const NO_FILTERS: Filters = { languages: [], paths: [], kinds: [] };

/** Globs as in .gitignore: one without `!` must fit when there are any, none with `!` may. */
export function pathFilter(globs: readonly string[]): ((path: string) => boolean) | undefined {
  const wanted = globs.filter((glob) => !glob.startsWith('!'));
  const unwanted = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  if (globs.length === 0) return undefined;
  const [inside, outside] = [new GlobList(wanted), new GlobList(unwanted)];
  return (path) => (wanted.length === 0 || inside.matches(path)) && !outside.matches(path);
}

/** Tells which chunks a search is after; undefined: all of them. */
export function chunkFilter(index: IndexDatabase, filters: Filters): ((id: number) => boolean) | undefined {
  const { kinds } = filters;
  const files = filesWithin(index, filters);
  if (files === undefined && kinds.length === 0) return undefined;
  const statement = index.prepare<[number], { fileId: number; kind: ChunkKind }>(
    'select file_id fileId, kind from chunks where id = ?',
  );
  return (id) => {
    const chunk = statement.get(id);
    if (chunk === undefined) return false;
    if (kinds.length > 0 && !kinds.includes(chunk.kind)) return false;
    return files === undefined || files.has(chunk.fileId);
  };
}

/** Ids of the files that languages and paths leave; undefined: all of them. */
export function filesWithin(index: IndexDatabase, { languages, paths }: Filters): Set<number> | undefined {
  if (languages.length === 0 && paths.length === 0) return undefined;
  const accepts = pathFilter(paths) ?? (() => true);
  const wanted = new Set(languages);
  return new Set(
    indexedFiles(index)
      .filter(({ language }) => wanted.size === 0 || (language !== null && wanted.has(language)))
      .filter(({ path }) => accepts(path))
      .map(({ id }) => id),
  );
}
