import { splitWords } from '../../parsing/split-words.ts';
import { porterStem } from './porter-stem.ts';

/** Words of a question that say nothing of what is looked for. */
const STOP_WORDS = new Set(
  (
    'a an and are as at be been being but by can could did do does for from had has have he her his how i if in into is it ' +
    'its may me might must my no nor not of on or our out please shall she should show so some such than that the their them ' +
    'then there these they this those to too us was we were what when where which who whom why will with would you your'
  ).split(' '),
);

/** Stems are asked for again and again; as many as this are remembered. */
const REMEMBERED = 50_000;
const remembered = new Map<string, string>();

/** The stem under which the index knows a word: lower case, without accents. */
export function stemOf(word: string): string {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED) remembered.clear();
  const plain = word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  const stem = porterStem(plain);
  remembered.set(word, stem);
  return stem;
}

/** The words of a text, each once, in their order. */
export function wordsOf(text: string): string[] {
  return [...new Set(splitWords(text).split(' '))].filter((word) => word !== '');
}

export function withoutStopWords(words: readonly string[]): string[] {
  const rest = words.filter((word) => !STOP_WORDS.has(word));
  return rest.length > 0 ? rest : [...words];
}

/** The share of a name's words that are among `stems`, 0 to 1. */
export function coverage(name: string | null, stems: ReadonlySet<string>): number {
  const words = wordsOf(name ?? '');
  return words.length === 0 ? 0 : words.filter((word) => stems.has(stemOf(word))).length / words.length;
}
