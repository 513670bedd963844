import type { SymbolEntry } from '../../search/contract.ts';
import type { RepoMap } from '../contract.ts';
import type { RankedSymbol, RankedSymbols } from './rank-symbols.ts';

/** Tokens of a text. */
export type CountTokens = (text: string) => number | Promise<number>;

const CHARACTERS_PER_TOKEN = 4;

/** Tokens where no tokenizer is asked. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/**
 * As many of the most used symbols as fit into `budget` tokens, by file. Never more than the budget; empty when not
 * even one symbol fits. Counts some fifteen times.
 */
export async function fitMap(
  ranked: RankedSymbols,
  budget: number,
  count: CountTokens,
): Promise<Omit<RepoMap, 'counted_by'>> {
  const { symbols } = ranked;
  let fitting = { number: 0, text: '', tokens: 0 };
  let tooMany = symbols.length + 1;
  // A text is hardly ever shorter than one token for eight characters: what is far too long is not counted.
  let number = Math.min(symbols.length, Math.max(1, Math.ceil(budget / 8)));
  while (number > fitting.number && number < tooMany) {
    const text = mapText(symbols.slice(0, number));
    const tokens = await count(text);
    if (tokens <= budget) fitting = { number, text, tokens };
    else tooMany = number;
    const doubled = fitting.number * 2;
    number =
      tooMany > symbols.length
        ? Math.min(Math.max(1, doubled), symbols.length)
        : (fitting.number + tooMany) >> 1;
  }
  const shown = symbols.slice(0, fitting.number);
  const rankOf = new Map(ranked.files.map(({ path, rank }) => [path, rank]));
  return {
    text: fitting.text,
    tokens: fitting.tokens,
    files: byFile(shown).map(([path, own]) => ({ path, rank: rankOf.get(path) ?? 0, symbols: own })),
    total: ranked.total,
    truncated: fitting.number < ranked.total.symbols,
  };
}

/** Paths in the order of their best symbol, and under each its symbols by line. */
function mapText(symbols: readonly RankedSymbol[]): string {
  return byFile(symbols)
    .map(([path, own]) => [`${path}:`, ...own.map(lineOf)].join('\n'))
    .join('\n\n');
}

function byFile(symbols: readonly RankedSymbol[]): [string, SymbolEntry[]][] {
  const files = new Map<string, SymbolEntry[]>();
  for (const { symbol } of symbols) {
    const known = files.get(symbol.path);
    if (known === undefined) files.set(symbol.path, [symbol]);
    else known.push(symbol);
  }
  for (const own of files.values()) own.sort((a, b) => a.line - b.line);
  return [...files];
}

/** `  31: function shouldRetry(error: UploadError)`; a method with its class. */
function lineOf({ line, kind, container, name, signature }: SymbolEntry): string {
  const owner = container === null ? '' : `${container.replaceAll(' > ', '.')}.`;
  return `  ${line}: ${kind} ${owner}${signature ?? name}`;
}
