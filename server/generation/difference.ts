import { diffWordsWithSpace } from 'diff';

/** Milliseconds for finding the difference of two texts; after that they are shown whole. */
const DIFFERENCE_MS = 300;

interface DifferencePart {
  side: 'both' | 'first' | 'second';
  text: string;
}

/** What both say and what only one of them says, word by word, in reading order. */
export function differenceOf(first: string, second: string): DifferencePart[] {
  const changes = diffWordsWithSpace(first, second, { timeout: DIFFERENCE_MS });
  if (changes === undefined) {
    return [
      { side: 'first', text: first },
      { side: 'second', text: second },
    ];
  }
  return changes.map(({ added, removed, value }) => ({
    side: added ? 'second' : removed ? 'first' : 'both',
    text: value,
  }));
}
