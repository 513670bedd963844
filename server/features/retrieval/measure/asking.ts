import type { SearchResult } from '../search/contract.ts';
import type { IndexReader } from '../search/index-reader.ts';
import { NO_FILTERS } from '../search/ranking/filter.ts';
import type { Vectors } from '../vectors.ts';
import type { Rank } from './statistics.ts';

/** Something that is asked of a search, and which of its results is right. */
export interface Question {
  text: string;
  /** Results best first. */
  rankOf(results: readonly SearchResult[]): Rank;
}

/** An index and whose vectors belong to it. */
export interface Asked {
  owner: string;
  reader: IndexReader;
  vectors: Pick<Vectors, 'embedQuery' | 'nearest'>;
  signal: AbortSignal;
}

/** One question's rank at each weight of meaning, in the order of `weights`; null: words alone. Milliseconds. */
export interface Found {
  ranks: Rank[];
  took: number;
}

/** Results that are looked through. A place counts when it is among the first ten of its kind. */
const LIMIT = 40;
const NEAREST = 100;
const DEADLINE_MS = 20_000;

/** Asks as a search does, once for each weight. Rejects with the signal's reason. */
export async function ask(
  { owner, reader, vectors, signal }: Asked,
  question: Question,
  weights: readonly (number | null)[],
): Promise<Found> {
  const begin = performance.now();
  const { text } = question;
  const options = { deadlineMs: DEADLINE_MS, signal };
  const gathered = await reader.ask(
    'gather',
    owner,
    { text, filters: NO_FILTERS, symbolsOnly: false },
    options,
  );
  const hits = weights.some((weight) => weight !== null)
    ? await nearestTo(vectors, { owner, text, signal })
    : [];
  const ranks: Rank[] = [];
  for (const weight of weights) {
    const near = weight === null ? undefined : { hits, weight };
    const input = { text, filters: NO_FILTERS, limit: LIMIT, gathered, vectors: near };
    const { results } = await reader.ask('rank', owner, input, options);
    ranks.push(question.rankOf(results));
  }
  return { ranks, took: (performance.now() - begin) / weights.length };
}

async function nearestTo(
  vectors: Asked['vectors'],
  { owner, text, signal }: { owner: string; text: string; signal: AbortSignal },
) {
  const vector = await vectors.embedQuery(text, signal, owner);
  // Measured are vectors; without one there is nothing to measure.
  if (vector === null) throw new Error('The embedding model did not answer.');
  return vectors.nearest(owner, vector, NEAREST);
}

/** The rank among the first ten results of the one that holds this line. */
export function placeQuestion(text: string, path: string, line: number): Question {
  return {
    text,
    rankOf(results) {
      const at = results
        .slice(0, 10)
        .findIndex((result) => result.path === path && result.line <= line && line <= result.end_line);
      return at < 0 ? null : at + 1;
    },
  };
}

/** The rank among the first ten files of the first one that the commit changed. */
export function filesQuestion(text: string, paths: readonly string[]): Question {
  return {
    text,
    rankOf(results) {
      const files = [...new Set(results.map(({ path }) => path))].slice(0, 10);
      const at = files.findIndex((path) => paths.includes(path));
      return at < 0 ? null : at + 1;
    },
  };
}
