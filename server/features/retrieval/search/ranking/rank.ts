import type { SearchResult } from '../contract.ts';
import type { Query } from '../query/query.ts';
import type { ReadingPlace } from '../question.ts';
import { createFileLines } from '../text/file-text.ts';
import { saidIn, type StemWeights } from '../text/snippet.ts';
import { stemOf } from '../words/stems.ts';
import { type Boost, boostsOf, coherence, spread } from './boosts.ts';
import { type ChunkRow, chunksByHash, chunksById } from './chunk-store.ts';
import { chunkFilter, type Filters } from './filter.ts';
import { type Evidence, fuse, listensToMeaning, meaningOf } from './fuse.ts';
import { gather, type Gathered } from './gather.ts';
import { isRelevant, present, textOf } from './present.ts';

export interface RankInput {
  text: string;
  filters: Filters;
  limit: number;
  /** What `gather` answered for the same text and filters, if it was asked before. */
  gathered?: Gathered | undefined;
  /** The nearest vectors, and what their embedder has earned: 0 to 0.3. */
  vectors?: { hits: { textHash: string; distance: number }[]; weight: number } | undefined;
}

export interface RankAnswer {
  results: SearchResult[];
  queryKind: Query['kind'];
  truncated: boolean;
  /** Nothing, or nothing that says much of what was asked. */
  nothingFound: boolean;
  usedVectors: boolean;
  /** Milliseconds for words, names and paths. */
  lexicalMs: number;
}

/** BM25 favours short chunks a little too much: tuned on the tuning part of E1. */
const LENGTH = 0.05;
/** Below so many characters it says nothing more. */
const SHORT = 50;
/**
 * Cosine below which the nearest chunk is about something else: all-MiniLM-L6-v2 has 0.406 or more for 95 % of the
 * questions of E1, and 0.32 at most for 20 about other things.
 */
const LEAST_ALIKE = 0.4;
/** Results that are held against the question. */
const CHECKED = 5;

/** Ranks what words, names, paths and vectors find, and shows each with its lines and the reasons. */
export async function rank(place: ReadingPlace, input: RankInput): Promise<RankAnswer> {
  const gathered = input.gathered ?? gather(place, input);
  const { query } = gathered;
  const vectors = input.vectors && listensToMeaning(query.kind) ? input.vectors : undefined;
  const isNear = vectors?.hits.some(({ distance }) => 1 - distance >= LEAST_ALIKE) ?? false;
  const stems = stemWeights(gathered);
  const ranked = spread(order(place, { ...input, vectors }, gathered));
  const lines = createFileLines(place.root);
  const results: { result: SearchResult; said: number }[] = [];
  for (const one of ranked) {
    if (results.length > input.limit) break;
    const file = await lines(one.chunk.path, one.chunk.language);
    // What is gone since cannot be shown; the index learns of it in a moment.
    if (file === undefined) continue;
    const result = present(one, { file, stems, query, best: ranked[0]?.score ?? 1 });
    const said = results.length < CHECKED ? saidIn(textOf(one.chunk, file), stems) : 0;
    results.push({ result, said });
  }
  return {
    results: results.slice(0, input.limit).map(({ result }) => result),
    queryKind: query.kind,
    truncated: results.length > input.limit || (gathered.more && results.length >= input.limit),
    nothingFound: !results.slice(0, CHECKED).some((one) => isRelevant({ ...one, isNear }, query)),
    usedVectors: vectors !== undefined,
    lexicalMs: gathered.took,
  };
}

/** A chunk in its place, with what speaks for it. */
export interface Ranked {
  chunk: ChunkRow;
  fileId: number;
  evidence: Evidence;
  boosts: Boost[];
  score: number;
}

/** All candidates, best first. */
function order({ index }: ReadingPlace, input: RankInput, gathered: Gathered): Ranked[] {
  const { query } = gathered;
  const known = new Map(gathered.candidates.map((candidate) => [candidate.id, candidate]));
  const meanings = meaningById(index, input);
  const chunks = chunksById(index, [...new Set([...known.keys(), ...meanings.keys()])]);
  const raw = new Map(
    chunks.map(({ id, characters }) => [
      id,
      (known.get(id)?.words ?? 0) * Math.max(SHORT, characters) ** LENGTH,
    ]),
  );
  const found = [...raw.values()].filter((score) => score > 0);
  const top = Math.max(...found, Number.MIN_VALUE);
  // A chunk that only vectors found has fewer of the words than the last one that words found; how many is not known.
  const floor = gathered.more ? (0.9 * Math.min(...found)) / top : 0;
  const stems = new Set(stemWeights(gathered).keys());
  const testsWanted =
    query.aboutTests ||
    query.kind === 'path' ||
    query.kind === 'trace' ||
    input.filters.paths.some(namesTests);
  const ranked = chunks.map((chunk): Ranked => {
    const candidate = known.get(chunk.id);
    const words = raw.get(chunk.id) ?? 0;
    const evidence = {
      lexical: words > 0 ? words / top : 0,
      meaning: input.vectors ? (meanings.get(chunk.id) ?? 0) : null,
      symbol: candidate?.symbol ?? 0,
      path: candidate?.path ?? 0,
    };
    const boosts = boostsOf(chunk, candidate, { query, stems, testsWanted });
    const counted = { ...evidence, lexical: words > 0 || !meanings.has(chunk.id) ? evidence.lexical : floor };
    const base = fuse(counted, query.kind, input.vectors?.weight ?? 0);
    return { chunk, fileId: chunk.fileId, evidence, boosts, score: multiplied(base, boosts) };
  });
  const together = coherence(ranked.map(({ chunk, fileId, score }) => ({ id: chunk.id, fileId, score })));
  for (const one of ranked) {
    const boost = together.get(one.chunk.id);
    if (!boost) continue;
    one.boosts.push(boost);
    one.score *= boost.factor;
  }
  return ranked
    .filter(({ score }) => score > 0)
    .sort(
      (a, b) => b.score - a.score || a.chunk.path.localeCompare(b.chunk.path) || a.chunk.line - b.chunk.line,
    );
}

function multiplied(base: number, boosts: readonly Boost[]): number {
  return boosts.reduce((score, { factor }) => score * factor, base);
}

function namesTests(glob: string): boolean {
  return !glob.startsWith('!') && /test|spec|e2e|fixture/i.test(glob);
}

/** How near each chunk is, 0 to 1; of chunks that the filters leave. */
function meaningById(index: ReadingPlace['index'], { vectors, filters }: RankInput): Map<number, number> {
  if (!vectors || vectors.hits.length === 0) return new Map();
  const nearness = meaningOf(vectors.hits.map(({ distance }) => distance));
  const byHash = new Map(vectors.hits.map(({ textHash }, at) => [textHash, nearness[at] ?? 0]));
  const accepts = chunkFilter(index, filters);
  return new Map(
    chunksByHash(index, [...byHash.keys()])
      .filter(({ id }) => accepts === undefined || accepts(id))
      .map(({ id, textHash }) => [id, byHash.get(textHash) ?? 0]),
  );
}

function stemWeights({ weights }: Gathered): StemWeights {
  return new Map(weights.map(({ word, weight }) => [stemOf(word), weight]));
}
