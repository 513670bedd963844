import { wordsOf } from '../query.ts';

const COMMON = new Set(
  `the and for are but not you all any can had her was one our out has have him his how its may new now see two way who
  did get let put say she too use that this with from your what when which will would there their about could should
  than then them these those been were into just like more some such only also here over very does each make made using
  used want need please help thanks yes hello okay sure know think der die das und ist ein eine nicht ich sie mit auf den
  von dem des les est une des pour dans que qui los las por para con una`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words that may say what a text is about, as often as they stand there. */
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    if (word.length < 3 || word.length > 30 || COMMON.has(word) || /^\d/.test(word)) continue;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** How many of the texts hold each word. */
export function documentCounts(texts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const documents = new Map<string, number>();
  for (const words of texts)
    for (const word of words.keys()) documents.set(word, (documents.get(word) ?? 0) + 1);
  return documents;
}

const NAME_WORDS = 3;

/**
 * A name for each cluster from the words that it uses more than the others do: class-based tf-idf (Grootendorst 2022,
 * BERTopic), over the number of texts that hold a word, so that one long text does not name them all.
 */
export function nameClusters(
  texts: readonly ReadonlyMap<string, number>[],
  clusters: readonly number[],
): string[] {
  const size = Math.max(-1, ...clusters) + 1;
  const within = Array.from({ length: size }, () => new Map<string, number>());
  for (const [at, words] of texts.entries()) {
    const counts = within[clusters[at] ?? -1];
    for (const word of words.keys()) counts?.set(word, (counts.get(word) ?? 0) + 1);
  }
  const documents = documentCounts(texts);
  return within.map((counts, cluster) => {
    const members = clusters.filter((one) => one === cluster).length;
    const weight = (word: string, count: number) =>
      (count / members) * Math.log(1 + texts.length / (documents.get(word) ?? 1));
    const best = [...counts].toSorted(([a, m], [b, n]) => weight(b, n) - weight(a, m) || (a < b ? -1 : 1));
    return (
      best
        .slice(0, NAME_WORDS)
        .map(([word]) => word)
        .join(' · ') || 'other'
    );
  });
}
