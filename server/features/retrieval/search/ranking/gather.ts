import { type Query, readQuery } from '../query/query.ts';
import { fitPath, inOrder, lettersOf } from '../names/fuzzy.ts';
import { indexedFiles } from '../names/file-store.ts';
import { filesMeant } from '../names/find-file.ts';
import { symbols } from '../names/symbols.ts';
import type { ReadingPlace } from '../question.ts';
import { chunkAt, chunksDefining, firstChunks } from './chunk-store.ts';
import { chunkFilter, type Filters } from './filter.ts';
import { searchWords, type WordWeight, weighWords } from './lexical-store.ts';

/** A chunk that may be meant, and what speaks for it. */
export interface Candidate {
  id: number;
  /** BM25. */
  words: number;
  /** 0 to 1: how exactly it defines a name of the query. */
  symbol: number;
  /** The name it defines. */
  defines: string | null;
  /** 0 to 1. */
  path: number;
}

/** What words, names and paths find; vectors come in when it is ranked. */
export interface Gathered {
  query: Query;
  weights: WordWeight[];
  candidates: Candidate[];
  /** More chunks have these words than were looked at. */
  more: boolean;
  /** Milliseconds. */
  took: number;
}

export interface GatherInput {
  text: string;
  filters: Filters;
  /** Only what defines a name of the query, or one like it. */
  symbolsOnly?: boolean | undefined;
}

/** Candidates by words. */
const DEPTH = 100;
const PATHS = 12;
const NAMES = 30;
/** What only resembles a path counts less than a file of that name. */
const FUZZY = 0.7;
/** A query does not name a path it hardly resembles. */
const LEAST_PATH_FIT = 0.2;

/** Finds candidates for a query: chunks with its words, definitions of its names, files of its paths, places of its trace. */
export function gather(place: ReadingPlace, { text, filters, symbolsOnly = false }: GatherInput): Gathered {
  const { index } = place;
  const begin = performance.now();
  const query = readQuery(text);
  const accepts = chunkFilter(index, filters);
  const weights = weighWords(index, query.words);
  const found = new Map<number, Candidate>();
  const add = (id: number, evidence: Partial<Omit<Candidate, 'id'>>) => {
    const known = found.get(id);
    if (!known && accepts && !accepts(id)) return;
    const base = known ?? { id, words: 0, symbol: 0, defines: null, path: 0 };
    const isBetter = (evidence.symbol ?? 0) > base.symbol;
    found.set(id, {
      id,
      words: Math.max(base.words, evidence.words ?? 0),
      symbol: Math.max(base.symbol, evidence.symbol ?? 0),
      defines: isBetter ? (evidence.defines ?? null) : base.defines,
      path: Math.max(base.path, evidence.path ?? 0),
    });
  };

  if (symbolsOnly) {
    addResembling(place, { text, limit: DEPTH, most: 1 }, add);
    return {
      ...{ query: { ...query, kind: 'symbol' }, weights, candidates: [...found.values()] },
      ...{ more: false, took: performance.now() - begin },
    };
  }
  const hits = searchWords(index, weights, { limit: DEPTH, accepts });
  for (const { id, score } of hits) add(id, { words: score });
  for (const [place, name] of query.names.entries()) {
    for (const definition of chunksDefining(index, name, NAMES)) {
      const exact = definition.name === name.name ? 1 : 0.9;
      const within = name.container === null || isWithin(definition.container, name.container) ? 1 : 0.6;
      add(definition.id, { symbol: exact * within * 0.97 ** place, defines: definition.name });
    }
  }
  // `username` is no part of getUserName as the index splits it, and initials are of no name.
  if (found.size === 0 && (query.kind === 'words' || query.kind === 'symbol')) {
    addResembling(place, { text, limit: PATHS, most: 0.6 }, add);
  }
  addPaths({ index }, query, add);
  addFrames({ index }, query, add);
  return {
    query,
    weights,
    candidates: [...found.values()],
    more: hits.length === DEPTH,
    took: performance.now() - begin,
  };
}

type Add = (id: number, evidence: Partial<Omit<Candidate, 'id'>>) => void;

function isWithin(container: string | null, wanted: string): boolean {
  return (container ?? '').toLowerCase().split(' > ').includes(wanted.toLowerCase());
}

/** Symbols whose names resemble what was typed; the best counts `most`. */
function addResembling(
  place: ReadingPlace,
  { text, limit, most }: { text: string; limit: number; most: number },
  add: Add,
): void {
  for (const [at, symbol] of symbols(place, { query: text, limit }).symbols.entries()) {
    const chunk = chunkAt(place.index, symbol.path, symbol.line);
    if (chunk) add(chunk.id, { symbol: most * 0.99 ** at, defines: symbol.name });
  }
}

function addPaths({ index }: Pick<ReadingPlace, 'index'>, { path }: Query, add: Add): void {
  if (path === null) return;
  const exact = filesMeant(index, path.path, PATHS).map((file) => ({ file, fit: 1 }));
  const letters = lettersOf(path.path);
  const fuzzy = indexedFiles(index)
    .filter(({ lowerPath }) => inOrder(letters, lowerPath))
    .map((file) => ({ file, fit: FUZZY * fitPath(path.path, file.path, file.lowerPath) }))
    .filter(({ fit }) => fit > LEAST_PATH_FIT)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, PATHS);
  for (const { file, fit } of [...exact, ...fuzzy]) {
    const there = path.line === null ? undefined : chunkAt(index, file.path, path.line);
    if (there) add(there.id, { path: fit });
    else for (const [at, id] of firstChunks(index, file.id, 3).entries()) add(id, { path: fit * 0.9 ** at });
  }
}

/** Where it broke first, and how it came there; frames of other people's code are not in the index. */
function addFrames({ index }: Pick<ReadingPlace, 'index'>, { frames }: Query, add: Add): void {
  let place = 0;
  for (const frame of frames) {
    const files = filesMeant(index, frame.path, 3);
    for (const file of files) {
      const chunk = chunkAt(index, file.path, frame.line);
      if (chunk) add(chunk.id, { path: 0.85 ** place * (files.length > 1 ? 0.8 : 1) });
    }
    if (files.length > 0) place += 1;
  }
}
