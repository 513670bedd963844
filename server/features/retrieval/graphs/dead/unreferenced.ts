import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import type { SymbolKind } from '../../search/contract.ts';
import type { SymbolRow } from '../../search/names/symbol-store.ts';
import { allSymbols, type FileNode, filesById, prepareUses } from '../graph-store.ts';

/** A symbol that no line outside of it refers to, but lines of tests. */
export interface Unreferenced {
  symbol: SymbolRow;
  file: FileNode;
  testUses: number;
}

/** Fields, constructors and headings are used without being named. */
const LOOKED_AT: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(['function', 'method', 'class', 'interface', 'type', 'enum', 'struct', 'trait', 'constant'] as const),
  ...(['variable', 'macro'] as const),
]);

/** A name that is used so often is used from outside. */
const MOST_USES = 300;

/** Of the whole workspace: symbols whose name no reference outside of their own body bears. */
export function unreferenced(index: IndexDatabase): { symbols: Unreferenced[]; looked: number } {
  const files = filesById(index);
  const usesOf = prepareUses(index);
  const symbols: Unreferenced[] = [];
  let looked = 0;
  for (const symbol of [...allSymbols(index)]) {
    const file = files.get(symbol.fileId);
    if (file === undefined || file.isTest || !LOOKED_AT.has(symbol.kind)) continue;
    looked += 1;
    let testUses = 0;
    const uses = usesOf(symbol.name, MOST_USES);
    const isUsed =
      uses.length === MOST_USES ||
      uses.some((use) => {
        if (use.fileId === symbol.fileId && symbol.line <= use.line && use.line <= symbol.endLine)
          return false;
        if (files.get(use.fileId)?.isTest !== true) return true;
        testUses += 1;
        return false;
      });
    if (!isUsed) symbols.push({ symbol, file, testUses });
  }
  return { symbols, looked };
}
