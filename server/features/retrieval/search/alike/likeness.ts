import { AppError } from '#server/kernel/errors.ts';
import type { ReadingPlace } from '../question.ts';
import { chunkAt } from '../ranking/chunk-store.ts';
import { NO_FILTERS } from '../ranking/filter.ts';
import type { Gathered } from '../ranking/gather.ts';
import { searchWords, weighWords } from '../ranking/lexical-store.ts';
import { rank, type RankAnswer, type RankInput } from '../ranking/rank.ts';
import { createFileLines } from '../text/file-text.ts';
import { splitWords } from '../../parsing/split-words.ts';

export interface LikenessInput {
  path: string;
  line: number;
  limit: number;
  vectors?: RankInput['vectors'];
}

/** Words that tell most of a chunk. */
const TERMS = 24;
const DEPTH = 100;

/** The hash of the chunk at a place, under which its vector is kept. Errors: not_found. */
export function chunkHash({ index }: ReadingPlace, { path, line }: { path: string; line: number }): string {
  return chunkThere(index, path, line).textHash;
}

/** Chunks like the one at a place: with the same telling words, and near it where there are vectors. Errors: not_found. */
export async function likeness(
  place: ReadingPlace,
  { path, line, limit, vectors }: LikenessInput,
): Promise<RankAnswer> {
  const begin = performance.now();
  const chunk = chunkThere(place.index, path, line);
  const file = await createFileLines(place.root)(path, chunk.language);
  const text = file?.lines.slice(chunk.line - 1, chunk.endLine).join('\n') ?? '';
  const weights = tellingWords(place.index, `${chunk.header}\n${text}`);
  const hits = searchWords(place.index, weights, { limit: DEPTH, accepts: (id) => id !== chunk.id });
  const gathered: Gathered = {
    query: {
      ...{ kind: 'prose', words: weights.map(({ word }) => word), names: [], path: null, frames: [] },
      aboutTests: chunk.isTest !== 0,
    },
    weights,
    candidates: hits.map(({ id, score }) => ({ id, words: score, symbol: 0, defines: null, path: 0 })),
    more: hits.length === DEPTH,
    took: performance.now() - begin,
  };
  const others = vectors && {
    ...vectors,
    hits: vectors.hits.filter(({ textHash }) => textHash !== chunk.textHash),
  };
  return rank(place, { text: '', filters: NO_FILTERS, limit, gathered, vectors: others });
}

function chunkThere(index: ReadingPlace['index'], path: string, line: number) {
  const chunk = chunkAt(index, path, line);
  if (chunk === undefined) throw new AppError('not_found', `${path} is not in the index.`);
  return chunk;
}

/** The words of a text by how often they are in it and how seldom elsewhere, without those only it has. */
function tellingWords(index: ReadingPlace['index'], text: string) {
  const often = new Map<string, number>();
  for (const word of splitWords(text).split(' '))
    if (word.length > 1) often.set(word, (often.get(word) ?? 0) + 1);
  const words = [...often.keys()];
  const weighed = [];
  for (let from = 0; from < words.length; from += 64)
    weighed.push(...weighWords(index, words.slice(from, from + 64)));
  const tells = ({ word, weight }: { word: string; weight: number }) =>
    weight * Math.log2(1 + (often.get(word) ?? 0));
  return weighed
    .filter(({ count }) => count > 1)
    .sort((a, b) => tells(b) - tells(a))
    .slice(0, TERMS);
}
