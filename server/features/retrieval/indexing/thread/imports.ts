import type { ResolveImport } from '../../parsing/imports/resolve-import.ts';
import type { OpenImport } from '../index-statements-store.ts';
import type { IndexWriter } from '../index-writer-store.ts';

const MOST_AT_ONCE = 2000;
/** Names by which a folder is imported. */
const FOLDER_FILES = new Set(['index', '__init__', 'mod', 'lib', 'main']);

/** Files that say where imports lead to. */
const SETTINGS =
  /(^|\/)(package\.json|[jt]sconfig[^/]*\.json|go\.mod|Cargo\.toml|pubspec\.yaml|composer\.json)$/;

/** After a scan: finds the target of every import that has none, or has lost it. */
export async function resolveAll(
  writer: IndexWriter,
  resolve: ResolveImport,
  breathe: () => Promise<void>,
): Promise<void> {
  const open = writer.openImports();
  const paths = new Set(writer.known().keys());
  for (let from = 0; from < open.length; from += MOST_AT_ONCE) {
    const some = open.slice(from, from + MOST_AT_ONCE);
    writer.aim(targetsOf(some, (one) => resolve(one, (path) => paths.has(path))));
    await breathe();
  }
}

/** After some files changed: their own imports, those that led to a file that vanished, and those that speak of one that appeared. */
export function resolveAround(
  writer: IndexWriter,
  resolve: ResolveImport,
  { changed, appeared, vanished }: { changed: string[]; appeared: string[]; vanished: string[] },
): void {
  const open = new Map<number, OpenImport>();
  const near = new Set(appeared.flatMap(importedNames));
  const found = [
    ...changed.flatMap((path) => writer.importsOf(path)),
    ...vanished.flatMap((path) => writer.importsTo(path)),
    ...(changed.some((path) => SETTINGS.test(path)) ? writer.openImports() : writer.openImports([...near])),
  ];
  for (const one of found) open.set(one.row, one);
  writer.aim(targetsOf([...open.values()], (one) => resolve(one, (path) => writer.find(path) !== undefined)));
}

/** Those whose target is not what it was. */
function targetsOf(open: readonly OpenImport[], resolve: (one: OpenImport) => string | null) {
  return open
    .map((one) => ({ row: one.row, before: one.target, target: resolve(one) }))
    .filter(({ before, target }) => before !== target);
}

/** The words of a path that an import of it may hold: of its file, and of the folder that some languages import. */
function importedNames(path: string): string[] {
  const parts = path.split('/');
  const stem = (parts.at(-1) ?? '').replace(/\.[^.]*$/, '');
  const folder = parts.at(-2);
  return [...(FOLDER_FILES.has(stem) ? [] : [stem]), ...(folder === undefined ? [] : [folder])];
}
