import type { SymbolEntry } from '../contract.ts';
import type { ReadingPlace } from '../question.ts';
import { symbolsOf, withoutIds } from './symbol-store.ts';

/** The symbols of a file, in their order; none of a file that is not in the index. */
export function outline({ index }: ReadingPlace, { path }: { path: string }): { symbols: SymbolEntry[] } {
  return { symbols: symbolsOf(index, path).map(withoutIds) };
}
