import type { SymbolEntry } from '../contract.ts';
import type { ReadingPlace } from '../question.ts';
import { fitName, inOrder, lettersOf } from './fuzzy.ts';
import { symbolNames, symbolsNamed, withoutIds } from './symbol-store.ts';

export interface NameInput {
  query: string;
  limit: number;
}

/** Symbols whose names fit what was typed, best first; `Class.name` and `Class name` ask for one of that class. */
export function symbols({ index }: ReadingPlace, { query, limit }: NameInput): { symbols: SymbolEntry[] } {
  const parts = query
    .trim()
    .replace(/\(\)$/, '')
    .split(/\.|::|#|->|\s+/)
    .filter(Boolean);
  const typed = parts.at(-1) ?? '';
  const container = parts.length > 1 ? (parts.at(-2) ?? '') : '';
  // `read text` may be a class and its method, or one name typed in parts.
  const joined = parts.join('');
  const letters = lettersOf(typed);
  const fits = symbolNames(index)
    .filter(({ lowerName }) => inOrder(letters, lowerName))
    .map(({ name }) => ({ name, fit: fitName(typed, name), whole: fitName(joined, name) }))
    .filter(({ fit, whole }) => fit > 0 || whole > 0)
    .sort((a, b) => Math.max(b.fit, b.whole) - Math.max(a.fit, a.whole) || a.name.length - b.name.length)
    .slice(0, limit * 4);
  return {
    symbols: fits
      .flatMap(({ name, fit, whole }) =>
        symbolsNamed(index, name, limit).map((symbol) => ({
          symbol,
          score: Math.max(container === '' ? fit : fit * fitContainer(container, symbol.container), whole),
        })),
      )
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(({ symbol }) => withoutIds(symbol)),
  };
}

function fitContainer(typed: string, container: string | null): number {
  return Math.max(0, ...(container ?? '').split(' > ').map((name) => fitName(typed, name)));
}
