import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { SymbolEntry, SymbolKind } from '../../search/contract.ts';
import { perIndex } from '../../search/reading/index-cache.ts';
import { familyOf } from '../calls/binder.ts';
import { isCommonName } from '../calls/common-names.ts';
import type { SymbolRow } from '../../search/names/symbol-store.ts';
import { allSymbols, allUses, type FileNode, filesById } from '../graph-store.ts';
import { type Import, importMap } from '../imports/import-map.ts';

/** A symbol that a map may show. */
export interface Definition {
  at: number;
  file: FileNode;
  entry: SymbolEntry;
}

/** How often one file uses a definition of another. */
export interface Use {
  definition: Definition;
  /** Shared out among the definitions that the name may mean. */
  weight: number;
}

export interface DefinitionUses {
  definitions: readonly Definition[];
  /** By the id of the using file. */
  uses: ReadonlyMap<number, readonly Use[]>;
}

const SHOWN: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(['function', 'method', 'class', 'interface', 'type', 'enum', 'struct', 'trait', 'constant'] as const),
  'macro',
]);
/** What a use counts that is the same name only, beside one that an import explains. */
const UNCERTAIN = 0.1;

/** Which definitions of the workspace every file uses, by names, and by imports where they say which one is meant. */
export const definitionUses = perIndex((index: IndexDatabase): DefinitionUses => {
  const files = filesById(index);
  const definitions: Definition[] = [];
  const byName = new Map<string, Definition[]>();
  const symbols = [...allSymbols(index)];
  const classes = classNames(symbols);
  for (const { fileId, exported, endLine, id: _, ...symbol } of symbols) {
    const file = files.get(fileId);
    if (file === undefined || !SHOWN.has(symbol.kind)) continue;
    if (
      symbol.kind === 'method' &&
      familyOf(file) === 'script' &&
      !classes.has(`${fileId} ${ownerOf(symbol)}`)
    )
      continue;
    const entry = { ...symbol, path: file.path, end_line: endLine, exported: exported !== 0 };
    const definition = { at: definitions.length, file, entry };
    definitions.push(definition);
    const same = byName.get(entry.name);
    if (same === undefined) byName.set(entry.name, [definition]);
    else same.push(definition);
  }
  const uses = new Map<number, Use[]>();
  for (const [fileId, names] of countUses(index, byName)) {
    const file = files.get(fileId);
    if (file === undefined) continue;
    const imports = importMap(index).out.get(fileId) ?? [];
    uses.set(
      fileId,
      [...names].flatMap(([name, count]) =>
        sharedUses(file, imports, { all: byName.get(name) ?? [], count }),
      ),
    );
  }
  return { definitions, uses };
});

/** Classes by their file and name: what functions of other objects of a script do, their names do not tell. */
function classNames(symbols: readonly SymbolRow[]): ReadonlySet<string> {
  return new Set(
    symbols.filter(({ kind }) => kind === 'class').map(({ fileId, name }) => `${fileId} ${name}`),
  );
}

function ownerOf({ container }: Pick<SymbolEntry, 'container'>): string | undefined {
  return container?.split(' > ').at(-1);
}

/** By file: how often it uses each name that the workspace defines. */
function countUses(
  index: IndexDatabase,
  byName: ReadonlyMap<string, unknown>,
): Map<number, Map<string, number>> {
  const counts = new Map<number, Map<string, number>>();
  for (const { fileId, name } of allUses(index)) {
    if (!byName.has(name)) continue;
    const names = counts.get(fileId) ?? new Map<string, number>();
    names.set(name, (names.get(name) ?? 0) + 1);
    counts.set(fileId, names);
  }
  return counts;
}

interface NameUse {
  all: readonly Definition[];
  count: number;
}

function sharedUses(file: FileNode, imports: readonly Import[], { all, count }: NameUse): Use[] {
  // A name that the file defines itself is its own.
  if (all.some((one) => one.file.id === file.id)) return [];
  const brought = all.filter((one) => imports.some((by) => by.to.id === one.file.id && brings(by, one)));
  const meant = brought.length > 0 ? brought : all.filter((one) => isPossible(file, one));
  const [first] = meant;
  if (first === undefined) return [];
  const certainty = brought.length > 0 ? 1 : UNCERTAIN;
  // The square root keeps a name that one file repeats from outweighing one that many files use.
  const weight = (certainty * worthOf(first.entry) * Math.sqrt(count)) / meant.length;
  return meant.map((definition) => ({ definition, weight }));
}

/** Whether an import brings a definition, or the class that it is a member of. */
function brings({ names }: Import, { entry }: Definition): boolean {
  if (names.length === 0 || names.includes(entry.name) || names.includes('default')) return true;
  const owner = ownerOf(entry);
  return owner !== undefined && names.includes(owner);
}

function isPossible(file: FileNode, { file: other, entry }: Definition): boolean {
  if (isCommonName(entry.name)) return false;
  return entry.exported && familyOf(file) === familyOf(other) && (file.isTest || !other.isTest);
}

/** Long names in several parts are made for one thing; short ones, and members, are everywhere. */
function worthOf({ name, container }: SymbolEntry): number {
  if (name.startsWith('_') || (container !== null && isCommonName(name))) return 0.1;
  const hasParts = /[^_]_[^_]|[a-z][A-Z]/.test(name);
  return hasParts && name.length >= 8 ? 10 : 1;
}
