import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { SymbolEntry, SymbolKind } from '../../search/contract.ts';
import { perIndex } from '../../search/reading/index-cache.ts';
import { familyOf } from '../calls/binder.ts';
import { allSymbols, allUses, type FileNode, filesById } from '../graph-store.ts';
import { importMap } from '../imports/import-map.ts';

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
/** A name with more definitions says little: https://github.com/Aider-AI/aider/blob/main/aider/repomap.py */
const MANY_DEFINITIONS = 5;

/** Which definitions of the workspace every file uses, by names, and by imports where they say which one is meant. */
export const definitionUses = perIndex((index: IndexDatabase): DefinitionUses => {
  const files = filesById(index);
  const definitions: Definition[] = [];
  const byName = new Map<string, Definition[]>();
  for (const { fileId, exported, endLine, id: _, ...symbol } of allSymbols(index)) {
    const file = files.get(fileId);
    if (file === undefined || !SHOWN.has(symbol.kind)) continue;
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
    const imported = new Set((importMap(index).out.get(fileId) ?? []).map(({ to }) => to.id));
    uses.set(
      fileId,
      [...names].flatMap(([name, count]) =>
        sharedUses(file, imported, { all: byName.get(name) ?? [], count }),
      ),
    );
  }
  return { definitions, uses };
});

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

function sharedUses(
  file: FileNode,
  imported: ReadonlySet<number>,
  { all, count }: { all: readonly Definition[]; count: number },
): Use[] {
  // A name that the file defines itself is its own.
  if (all.some((one) => one.file.id === file.id)) return [];
  const known = all.filter((one) => imported.has(one.file.id));
  const meant = known.length > 0 ? known : all.filter((one) => isPossible(file, one));
  const [first] = meant;
  if (first === undefined) return [];
  const factor = worthOf(first.entry.name) * (meant.length > MANY_DEFINITIONS ? 0.1 : 1);
  // The square root keeps a name that one file repeats from outweighing one that many files use.
  const weight = (factor * Math.sqrt(count)) / meant.length;
  return meant.map((definition) => ({ definition, weight }));
}

function isPossible(file: FileNode, { file: other, entry }: Definition): boolean {
  return entry.exported && familyOf(file) === familyOf(other) && (file.isTest || !other.isTest);
}

/** Long names in several parts are made for one thing; short ones are everywhere. */
function worthOf(name: string): number {
  if (name.startsWith('_')) return 0.1;
  const hasParts = /_[a-z\d]|[a-z][A-Z]|[A-Z][a-z]+[A-Z]/i.test(name) && /_|[a-z][A-Z]/.test(name);
  return hasParts && name.length >= 8 ? 10 : 1;
}
