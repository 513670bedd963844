import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { SymbolKind } from '../../search/contract.ts';
import { type FoundSymbol, symbolsNamed } from '../../search/names/symbol-store.ts';
import { type FileNode, filesById } from '../graph-store.ts';
import { importMap } from '../imports/import-map.ts';
import { isCommonName } from './common-names.ts';

/** A definition that a call may mean. `certain`: by its file or an import; otherwise only the name is the same. */
export interface Bound {
  symbol: FoundSymbol;
  certain: boolean;
}

export type Binder = (fileId: number, name: string) => readonly Bound[];

const CALLABLE: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(['function', 'method', 'constructor', 'class', 'struct', 'macro', 'constant', 'variable'] as const),
]);

/** Of a name with more definitions than this, nobody can tell which one is meant. */
const MOST_GUESSES = 4;
const MOST_DEFINITIONS = 100;
/** Files through which a name may be handed on, e.g. `index.ts`. */
const MOST_HANDS = 3;

export function isCallable({ kind }: { kind: SymbolKind }): boolean {
  return CALLABLE.has(kind);
}

/** Tells which symbols a call of a name in a file may mean, nearest first: its own, imported ones, then by name alone. */
export function createBinder(index: IndexDatabase): Binder {
  const files = filesById(index);
  const imports = importMap(index);
  const definitions = new Map<string, FoundSymbol[]>();
  const known = new Map<string, readonly Bound[]>();

  const definitionsOf = (name: string) => {
    const found = definitions.get(name) ?? symbolsNamed(index, name, MOST_DEFINITIONS).filter(isCallable);
    definitions.set(name, found);
    return found;
  };

  /** Whether imports, handed on by a few files at most, bring a symbol into a file. */
  const isBrought = (fileId: number, symbol: FoundSymbol): boolean => {
    const owner = symbol.container?.split(' > ').at(-1);
    let reached = new Set([fileId]);
    const seen = new Set(reached);
    for (let hand = 0; hand < MOST_HANDS && reached.size > 0; hand += 1) {
      const next = new Set<number>();
      for (const from of reached) {
        for (const { to, names } of imports.out.get(from) ?? []) {
          const isThere = to.id === symbol.fileId;
          const fits =
            names.length === 0 ||
            names.includes(symbol.name) ||
            (owner !== undefined && names.includes(owner)) ||
            (isThere && names.includes('default'));
          if (!fits) continue;
          if (isThere) return true;
          if (!seen.has(to.id)) next.add(to.id);
          seen.add(to.id);
        }
      }
      reached = next;
    }
    return false;
  };

  const bind = (fileId: number, name: string): readonly Bound[] => {
    const file = files.get(fileId);
    const all = definitionsOf(name);
    if (file === undefined || all.length === 0) return [];
    const near = [
      all.filter((symbol) => symbol.fileId === fileId),
      all.filter((symbol) => symbol.exported && isBrought(fileId, symbol)),
      all.filter((symbol) => isSamePackage(file, symbol)),
    ].find((found) => found.length > 0);
    if (near !== undefined) return near.map((symbol) => ({ symbol, certain: near.length === 1 }));
    const guesses = all.filter((symbol) => symbol.exported && mayMean(file, files.get(symbol.fileId)));
    if (guesses.length > MOST_GUESSES || isCommonName(name)) return [];
    return guesses.map((symbol) => ({ symbol, certain: false }));
  };

  return (fileId, name) => {
    const key = `${fileId} ${name}`;
    const found = known.get(key) ?? bind(fileId, name);
    known.set(key, found);
    return found;
  };
}

const PACKAGE_IS_FOLDER = new Set(['go', 'java', 'c_sharp', 'swift']);

/** In some languages the files of a folder know each other without an import. */
function isSamePackage(file: FileNode, symbol: FoundSymbol): boolean {
  return (
    PACKAGE_IS_FOLDER.has(file.language ?? '') &&
    folderOf(file.path) === folderOf(symbol.path) &&
    extensionOf(file.path) === extensionOf(symbol.path)
  );
}

function mayMean(file: FileNode, other: FileNode | undefined): boolean {
  return other !== undefined && familyOf(file) === familyOf(other) && (file.isTest || !other.isTest);
}

const families: Readonly<Record<string, string>> = {
  ...{ typescript: 'script', tsx: 'script', javascript: 'script', vue: 'script', html: 'script' },
  ...{ c: 'c', cpp: 'c' },
};

/** Languages whose names can mean each other. */
export function familyOf({ language }: Pick<FileNode, 'language'>): string {
  return families[language ?? ''] ?? language ?? '';
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.'));
}
