/** A person's words as FTS5 understands them: nothing in them is syntax. */
export interface WordQuery {
  /** All of them are there; null when there is no word. */
  all: string;
  /** One of them is. */
  any: string;
  /** In lower case, for marking them in a text. */
  words: string[];
}

const MOST_WORDS = 24;
/** The word that is being typed is found by its beginning, unless that is the beginning of everything. */
const LEAST_BEGINNING = 3;

/** Null when the text holds no word. Quoted words are looked for side by side. */
export function readWords(text: string): WordQuery | null {
  const phrases = [...text.matchAll(/"([^"]+)"/g)].map(([, phrase = '']) => wordsOf(phrase));
  const single = wordsOf(text.replaceAll(/"[^"]+"/g, ' ')).slice(0, MOST_WORDS);
  const typing = /[\p{L}\p{N}]$/u.test(text) && (single.at(-1)?.length ?? 0) >= LEAST_BEGINNING;
  const terms = single.map((word, at) => (typing && at === single.length - 1 ? `"${word}"*` : `"${word}"`));
  for (const phrase of phrases)
    if (phrase.length > 0) terms.push(`"${phrase.slice(0, MOST_WORDS).join(' ')}"`);
  if (terms.length === 0) return null;
  return {
    all: terms.join(' '),
    any: terms.join(' OR '),
    words: [...new Set([...single, ...phrases.flat()])],
  };
}

/** As FTS5's unicode61 cuts them. */
export function wordsOf(text: string): string[] {
  return [...text.toLowerCase().matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(([word]) => word);
}
