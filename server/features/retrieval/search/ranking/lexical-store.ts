import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import { perIndex } from '../reading/index-cache.ts';

/** A chunk that shares words with a query; the higher the score, the more and the rarer ones. */
export interface WordHit {
  id: number;
  score: number;
}

/** Weights of a word in the name, the path and the text of a chunk: tuned on the tuning part of E1. */
const WEIGHTS = [10, 4, 1] as const;
/** Entries of the word index a query may read, for its time: a word of every other chunk says little and costs most. */
const MOST_ENTRIES = 20_000;
/** The rarest words are asked for in any case. */
const ALWAYS = 2;
/** A pasted text is not a query of ten thousand words. */
const MOST_WORDS = 64;

/** How many chunks there are, and how many of them have a word. */
const counts = perIndex((index) => {
  const all = index.prepare<[], { n: number }>('select count(*) n from chunks').get()?.n ?? 0;
  return { all, of: new Map<string, number>() };
});

export interface WordWeight {
  word: string;
  /** Chunks that have it. */
  count: number;
  /** ln(1 + (all - count + 0.5) / (count + 0.5)): how much it tells (Robertson and Sparck Jones, 1976). */
  weight: number;
}

/** How much each word tells in this index. Words come from `splitWords`. */
export function weighWords(index: IndexDatabase, words: readonly string[]): WordWeight[] {
  const { all, of } = counts(index);
  const statement = index.prepare<[string], { n: number }>(
    'select count(*) n from chunk_words where chunk_words match ?',
  );
  return words.slice(0, MOST_WORDS).map((word) => {
    const count = of.get(word) ?? statement.get(quote(word))?.n ?? 0;
    of.set(word, count);
    return { word, count, weight: Math.log(1 + (all - count + 0.5) / (count + 0.5)) };
  });
}

/**
 * Chunks by BM25 over their name, path and text, best first. The words of `asked` that cost too much are left out.
 * `accepts` is asked about each until `limit` are found.
 */
export function searchWords(
  index: IndexDatabase,
  asked: readonly WordWeight[],
  { limit, accepts }: { limit: number; accepts?: ((id: number) => boolean) | undefined },
): WordHit[] {
  const match = affordable(asked).map(quote).join(' OR ');
  if (match === '') return [];
  const ranked = `select rowid id, -bm25(chunk_words, ${WEIGHTS.join(', ')}) score
    from chunk_words where chunk_words match ? order by score desc`;
  if (!accepts) return index.prepare<[string, number], WordHit>(`${ranked} limit ?`).all(match, limit);
  const hits: WordHit[] = [];
  for (const hit of index.prepare<[string], WordHit>(ranked).iterate(match)) {
    if (accepts(hit.id)) hits.push(hit);
    if (hits.length >= limit) break;
  }
  return hits;
}

function affordable(asked: readonly WordWeight[]): string[] {
  let entries = 0;
  const words: string[] = [];
  for (const { word, count } of asked.filter(({ count }) => count > 0).sort((a, b) => a.count - b.count)) {
    entries += count;
    if (words.length >= ALWAYS && entries > MOST_ENTRIES) break;
    words.push(word);
  }
  return words;
}

/** Words hold letters and digits only, so nothing of FTS5's syntax; quoted, `OR` and `NEAR` are words as well. */
function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}
