/**
 * The stem of an English word in lower case, as SQLite's tokenizer `porter` makes it
 * (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980); other words come back as they are.
 */
export function porterStem(word: string): string {
  if (word.length < 3 || word.length > 64 || !/^[a-z0-9]+$/.test(word)) return word;
  let stem = dropPlural(word);
  stem = dropPast(stem);
  if (stem.endsWith('y') && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = exchange(stem, DOUBLE_SUFFIXES, 0);
  stem = exchange(stem, FULL_SUFFIXES, 0);
  stem = dropSuffix(stem);
  return dropLast(stem);
}

/** A word is more than its ending. */
function endsIn(word: string, suffix: string): boolean {
  return word.length > suffix.length && word.endsWith(suffix);
}

const VOWEL = /[aeiou]/;
const DOUBLE_SUFFIXES: readonly [string, string][] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
];
const FULL_SUFFIXES: readonly [string, string][] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const LAST_SUFFIXES = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ion', 'ou', 'ism'],
  ...['ate', 'iti', 'ous', 'ive', 'ize'],
];

function isConsonant(word: string, at: number): boolean {
  const letter = word.charAt(at);
  if (VOWEL.test(letter)) return false;
  return letter !== 'y' || at === 0 || !isConsonant(word, at - 1);
}

function hasVowel(word: string): boolean {
  for (let at = 0; at < word.length; at += 1) if (!isConsonant(word, at)) return true;
  return false;
}

/** How often a vowel is followed by a consonant. */
function measure(word: string): number {
  let count = 0;
  for (let at = 1; at < word.length; at += 1) {
    if (isConsonant(word, at) && !isConsonant(word, at - 1)) count += 1;
  }
  return count;
}

/** consonant, vowel, consonant other than w, x, y. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  if (last < 2 || /[wxy]/.test(word.charAt(last))) return false;
  return isConsonant(word, last) && !isConsonant(word, last - 1) && isConsonant(word, last - 2);
}

function dropPlural(word: string): string {
  if (endsIn(word, 'sses') || endsIn(word, 'ies')) return word.slice(0, -2);
  return endsIn(word, 's') && !endsIn(word, 'ss') ? word.slice(0, -1) : word;
}

function dropPast(word: string): string {
  if (endsIn(word, 'eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const ending = ['ed', 'ing'].find((suffix) => endsIn(word, suffix));
  if (ending === undefined) return word;
  const stem = word.slice(0, -ending.length);
  if (!hasVowel(stem)) return word;
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  const last = stem.length - 1;
  // SQLite takes every y for a consonant here.
  if (last > 0 && stem[last] === stem[last - 1] && !/[aeioulsz]$/.test(stem)) {
    return stem.slice(0, -1);
  }
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function exchange(word: string, suffixes: readonly [string, string][], least: number): string {
  const found = suffixes.find(([suffix]) => endsIn(word, suffix));
  if (found === undefined) return word;
  const stem = word.slice(0, -found[0].length);
  return measure(stem) > least ? stem + found[1] : word;
}

function dropSuffix(word: string): string {
  // The longest one counts: `ement` before `ment` before `ent`.
  const found = LAST_SUFFIXES.filter((suffix) => endsIn(word, suffix)).sort((a, b) => b.length - a.length)[0];
  if (found === undefined) return word;
  const stem = word.slice(0, -found.length);
  if (measure(stem) <= 1 || (found === 'ion' && !/[st]$/.test(stem))) return word;
  return stem;
}

function dropLast(word: string): string {
  let stem = word;
  if (endsIn(stem, 'e')) {
    const before = stem.slice(0, -1);
    const size = measure(before);
    if (size > 1 || (size === 1 && !endsShort(before))) stem = before;
  }
  return endsIn(stem, 'll') && measure(stem.slice(0, -1)) > 1 ? stem.slice(0, -1) : stem;
}
