import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import { perIndex } from '../../search/reading/index-cache.ts';
import { allImports, type FileNode, filesById, filesByPath, type ImportRow } from '../graph-store.ts';

/** One import of a file by another. */
export interface Import {
  from: FileNode;
  to: FileNode;
  /** Empty: all, or for its effects. */
  names: readonly string[];
  line: number;
}

export interface ImportMap {
  /** By the importing file's id. */
  out: ReadonlyMap<number, readonly Import[]>;
  /** By the imported file's id. */
  into: ReadonlyMap<number, readonly Import[]>;
}

/** Every import that stays in the workspace, both ways. */
export const importMap = perIndex((index: IndexDatabase): ImportMap => {
  const byId = filesById(index);
  const byPath = filesByPath(index);
  const out = new Map<number, Import[]>();
  const into = new Map<number, Import[]>();
  for (const row of allImports(index)) {
    const from = byId.get(row.fileId);
    if (from === undefined) continue;
    for (const { to, names } of targetsOf(row, byPath)) {
      const one = { from, to, names, line: row.line };
      push(out, from.id, one);
      push(into, to.id, one);
    }
  }
  return { out, into };
});

function push(map: Map<number, Import[]>, key: number, one: Import): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [one]);
  else known.push(one);
}

/** `from package import a, b` may name files, each of which is imported, or what the package's own file holds. */
function targetsOf(
  row: ImportRow,
  byPath: ReadonlyMap<string, FileNode>,
): { to: FileNode; names: readonly string[] }[] {
  const to = byPath.get(row.target);
  if (to === undefined) return [];
  const parsed: unknown = JSON.parse(row.names);
  const names = Array.isArray(parsed) ? parsed.map(String) : [];
  const [, folder = '', stem = ''] = /^(.*\/)?([^/]*)\.pyi?$/.exec(row.target) ?? [];
  const isBrought = names.includes(stem) && row.specifier.split('.').at(-1) !== stem;
  if (stem !== '__init__' && !isBrought) return [{ to, names }];
  const modules = new Map<string, FileNode>();
  for (const name of names) {
    const module = byPath.get(`${folder}${name}.py`) ?? byPath.get(`${folder}${name}/__init__.py`);
    if (module !== undefined) modules.set(name, module);
  }
  const rest = names.filter((name) => !modules.has(name));
  const own = byPath.get(`${folder}__init__.py`);
  const bySelf =
    own !== undefined && (rest.length > 0 || names.length === 0) ? [{ to: own, names: rest }] : [];
  return [...bySelf, ...[...modules.values()].map((module) => ({ to: module, names: [] }))];
}
