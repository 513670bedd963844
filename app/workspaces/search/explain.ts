import type { SearchResult } from '#server/features/retrieval/search/contract.ts';

/** Why a result is where it is, in plain words: one line for each score and each rule. */
export function explain({ why, score }: Pick<SearchResult, 'why' | 'score'>): string {
  if (why.chief === 'exact') return 'The text was found as it was typed.';
  const lines = [
    `Words ${figure(why.lexical)}: ${wordsSay(why.lexical)}`,
    `Meaning ${why.meaning === null ? '–' : figure(why.meaning)}: ${meaningSays(why.meaning)}`,
    `Symbol ${figure(why.symbol)}: ${symbolSays(why.symbol)}`,
  ];
  if (why.path > 0) lines.push(`Path ${figure(why.path)}: the file's path is like what was asked`);
  for (const { rule, factor } of why.boosts) {
    lines.push(`× ${figure(factor)}: ${ruleSays(rule, factor)}`);
  }
  lines.push(`Together ${figure(score)} of the first result`);
  return lines.join('\n');
}

function figure(value: number): string {
  return value.toFixed(2);
}

function wordsSay(lexical: number): string {
  if (lexical === 0) return 'it has none of the words';
  return lexical > 0.995 ? 'no other has more of the words' : 'share of the words, against the best one';
}

function meaningSays(meaning: number | null): string {
  if (meaning === null) return 'vectors took no part';
  return meaning === 0 ? 'its vector is not near' : 'how near its vector is to the question';
}

function symbolSays(symbol: number): string {
  if (symbol === 0) return 'it defines no name of the question';
  return symbol > 0.995
    ? 'it defines a name of the question'
    : 'it defines a name much like one of the question';
}

function ruleSays(rule: string, factor: number): string {
  return factor < 1 ? `${rule}, so it comes later` : rule;
}
