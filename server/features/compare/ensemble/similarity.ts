/**
 * How much two texts say in the same words, 0 to 1: twice the words they share over all their words, each as often as it
 * is there, whatever their order and case (L. R. Dice, Measures of the amount of ecologic association between species,
 * Ecology 26, 1945). Two texts without words are the same.
 */
export function similarity(one: string, other: string): number {
  const [words, others] = [wordsOf(one), wordsOf(other)];
  if (words.length + others.length === 0) return 1;
  const left = new Map<string, number>();
  for (const word of others) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of words) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    shared += 1;
    left.set(word, count - 1);
  }
  return (2 * shared) / (words.length + others.length);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}
