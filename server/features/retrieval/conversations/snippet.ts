/** What is shown of a text that was found. Columns from 0, end exclusive, in UTF-16 units. */
export interface MessageSnippet {
  text: string;
  highlights: { from: number; to: number }[];
}

const LENGTH = 240;
const BEFORE = 60;
const MOST_HIGHLIGHTS = 40;

/** The piece of a text where most of the words stand, on one line. `around` is where to look when no word is there. */
export function snippetOf(text: string, words: readonly string[], around = 0): MessageSnippet {
  const places = placesOf(text, words);
  const start = places.length === 0 ? around : densest(places);
  const from = backToSpace(text, Math.max(0, start - BEFORE));
  const whole = text.slice(from, from + LENGTH);
  const cut = withoutHalves(whole);
  const [head, tail] = [from > 0 ? '…' : '', from + LENGTH < text.length ? '…' : ''];
  // One character for one character, so that places stay what they are.
  const line = `${head}${cut.replaceAll(/\s/g, ' ')}${tail}`;
  return { text: line, highlights: placesOf(line, words).slice(0, MOST_HIGHLIGHTS) };
}

/** Where the words, or words that begin like them, stand: FTS5 finds them by their stems. */
function placesOf(text: string, words: readonly string[]): { from: number; to: number }[] {
  const stems = words.map(stemOf).filter((stem) => stem.length > 0);
  if (stems.length === 0) return [];
  const places: { from: number; to: number }[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const word = fold(match[0]);
    if (!stems.some((stem) => word.startsWith(stem) && word.length - stem.length <= LONGEST_ENDING)) continue;
    places.push({ from: match.index, to: match.index + match[0].length });
  }
  return places;
}

const LONGEST_ENDING = 5;

/** Porter's stemmer at its roughest: enough to show why something was found. */
function stemOf(word: string): string {
  const folded = fold(word);
  return folded.length < 5 ? folded : folded.replace(/(?:ing|ed|es|s|e|y|ies|ation|ly)$/, '');
}

function fold(word: string): string {
  return word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** Where the piece begins that holds the most of them. */
function densest(places: readonly { from: number }[]): number {
  let best = 0;
  let most = 0;
  let end = 0;
  for (const [at, { from }] of places.entries()) {
    while (end < places.length && (places[end]?.from ?? 0) < from + LENGTH - BEFORE) end += 1;
    if (end - at > most) [most, best] = [end - at, from];
  }
  return best;
}

function backToSpace(text: string, at: number): number {
  const space = text.slice(Math.max(0, at - 20), at).search(/\s\S*$/);
  return at === 0 || space === -1 ? at : Math.max(0, at - 20) + space + 1;
}

/** A pair of surrogates that was cut in two is no character. */
function withoutHalves(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
}
