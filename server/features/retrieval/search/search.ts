import { createRoutes } from '#server/kernel/http.ts';
import { type SearchAnswer, searchRoutes } from './contract.ts';
import type { IndexReader } from './index-reader.ts';
import { readQuery } from './query/query.ts';
import type { Filters } from './ranking/filter.ts';
import { listensToMeaning } from './ranking/fuse.ts';
import type { RankAnswer } from './ranking/rank.ts';
import type { MatchesAnswer } from './text/matches.ts';
import { type Nearness, nearTo, nearToChunk, NO_VECTORS, type VectorSearch } from './vector-search.ts';

export interface SearchOptions {
  reader: IndexReader;
  vectors?: VectorSearch | undefined;
  /** A sentence about an index that is not complete; null when it is. */
  noteOf?: ((workspaceId: string) => string | null) | undefined;
}

export interface SearchRequest {
  query: string;
  mode: 'all' | 'symbols' | 'exact' | 'regex';
  filters: Filters;
  limit: number;
}

/** Searches of indexed workspaces, for screens and for other parts. */
export interface Search {
  /** Errors: not_found without an index, invalid_request for a regular expression that is none, the signal's reason. */
  search(workspaceId: string, request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer>;
  /** Chunks like the one at a place. Errors: not_found. */
  similar(
    workspaceId: string,
    place: { path: string; line: number; limit: number },
    signal: AbortSignal,
  ): Promise<SearchAnswer>;
  routes: ReturnType<typeof createSearchRoutes>;
}

export type SearchApi = Search['routes'];

/** Milliseconds for reading all text; a search stops by itself a little earlier. */
const TEXT_MS = 4000;
const TEXT_BUDGET_MS = 3000;
const SCAN_MS = 15_000;
const NO_SLOW = { files: 0, paths: [] };
/** Files named in a note. */
const NAMED = 3;

export function createSearch({ reader, vectors, noteOf = () => null }: SearchOptions): Search {
  const parts = { reader, vectors, noteOf };
  const search: Omit<Search, 'routes'> = {
    search(workspaceId, request, signal) {
      const asked = { workspaceId, request, signal };
      if (request.query.trim() === '') return Promise.resolve(nothingAsked());
      return request.mode === 'exact' || request.mode === 'regex'
        ? searchText(parts, asked)
        : searchRanked(parts, asked);
    },
    async similar(workspaceId, { path, line, limit }, signal) {
      const begin = performance.now();
      const near = vectors?.isReady(workspaceId)
        ? await reader
            .ask('chunkHash', workspaceId, { path, line }, { signal })
            .then((textHash) => nearToChunk(vectors, { workspaceId, textHash, signal }))
        : undefined;
      const asked = performance.now();
      const ranked = await reader.ask(
        'likeness',
        workspaceId,
        { path, line, limit, vectors: near },
        { signal },
      );
      const nearness = { ...NO_VECTORS, vectors: near, nearest: asked - begin };
      return answerOf(ranked, { begin, nearness, note: noteOf(workspaceId) });
    },
  };
  return { ...search, routes: createSearchRoutes(search, reader) };
}

interface Asked {
  workspaceId: string;
  request: SearchRequest;
  signal: AbortSignal;
}

type Parts = Pick<SearchOptions, 'reader' | 'vectors'> & Required<Pick<SearchOptions, 'noteOf'>>;

/** Words and vectors are asked at the same time and meet in the ranking. */
async function searchRanked(
  { reader, vectors, noteOf }: Parts,
  { workspaceId, request, signal }: Asked,
): Promise<SearchAnswer> {
  const { query: text, mode, filters, limit } = request;
  const begin = performance.now();
  const symbolsOnly = mode === 'symbols';
  const listens = !symbolsOnly && vectors?.isReady(workspaceId) && listensToMeaning(readQuery(text).kind);
  const nearness = listens && vectors ? nearTo(vectors, { workspaceId, text, signal }) : NO_VECTORS;
  const gathered = reader.ask('gather', workspaceId, { text, filters, symbolsOnly }, { signal });
  const [near, found] = await Promise.all([nearness, gathered]);
  const ranked = await reader.ask(
    'rank',
    workspaceId,
    { text, filters, limit, gathered: found, vectors: near.vectors },
    { signal },
  );
  return answerOf(ranked, { begin, nearness: near, note: near.note ?? noteOf(workspaceId) });
}

function answerOf(
  { results, queryKind, truncated, nothingFound, usedVectors, lexicalMs }: RankAnswer,
  { begin, nearness, note }: { begin: number; nearness: Nearness; note: string | null },
): SearchAnswer {
  return {
    results,
    query_kind: queryKind,
    method: usedVectors ? 'keyword + symbols + vectors' : 'keyword + symbols',
    truncated,
    nothing_found: nothingFound,
    note,
    slow: NO_SLOW,
    took: {
      ...{ total: performance.now() - begin, lexical: lexicalMs },
      ...{ vectors: nearness.nearest, embed: nearness.embed },
    },
  };
}

async function searchText(
  { reader, noteOf }: Parts,
  { workspaceId, request, signal }: Asked,
): Promise<SearchAnswer> {
  const { query: text, filters, limit } = request;
  const isRegex = request.mode === 'regex';
  const begin = performance.now();
  const input = { text, isRegex, filters, limit, budgetMs: TEXT_BUDGET_MS };
  const found = await reader.ask('matches', workspaceId, input, { deadlineMs: TEXT_MS, signal });
  return {
    results: found.results,
    query_kind: isRegex ? 'regex' : 'exact',
    method: 'text',
    truncated: found.truncated,
    nothing_found: found.complete && found.slow.files === 0 && found.results.length === 0,
    note: noteOnText(found, isRegex) ?? noteOf(workspaceId),
    slow: found.slow,
    took: { total: performance.now() - begin, lexical: 0, vectors: 0, embed: 0 },
  };
}

/** What was not searched through, and why; null when everything was. */
function noteOnText({ complete, files, slow }: MatchesAnswer, isRegex: boolean): string | null {
  const what = isRegex ? 'The regular expression' : 'The search';
  const early = `${what} took too long and was ended: ${files.searched} of ${files.all} files were searched.`;
  const sentences = [...(complete ? [] : [early]), ...(slow.files === 0 ? [] : [noteOnSlow(slow)])];
  return sentences.length === 0 ? null : sentences.join(' ');
}

function noteOnSlow({ files, paths }: MatchesAnswer['slow']): string {
  const named = paths.slice(0, NAMED).map((path) => `“${path}”`);
  const others = files > named.length ? ` and ${files - named.length} more` : '';
  const count = files === 1 ? '1 file took' : `${files} files took`;
  return `${count} too long and may hold more than is shown: ${named.join(', ')}${others}.`;
}

function nothingAsked(): SearchAnswer {
  return {
    ...{
      results: [],
      query_kind: 'words',
      method: 'keyword + symbols',
      truncated: false,
      nothing_found: true,
    },
    ...{ note: null, slow: NO_SLOW, took: { total: 0, lexical: 0, vectors: 0, embed: 0 } },
  };
}

function createSearchRoutes(search: Omit<Search, 'routes'>, reader: IndexReader) {
  return createRoutes()
    .openapi(searchRoutes.search, async (c) => {
      const { workspace } = c.req.valid('param');
      return c.json(await search.search(workspace, c.req.valid('json'), c.req.raw.signal), 200);
    })
    .openapi(searchRoutes.symbols, async (c) => {
      const { workspace } = c.req.valid('param');
      const { signal } = c.req.raw;
      return c.json(await reader.ask('symbols', workspace, c.req.valid('query'), { signal }), 200);
    })
    .openapi(searchRoutes.files, async (c) => {
      const { workspace } = c.req.valid('param');
      const { signal } = c.req.raw;
      return c.json(await reader.ask('files', workspace, c.req.valid('query'), { signal }), 200);
    })
    .openapi(searchRoutes.languages, async (c) => {
      const { workspace } = c.req.valid('param');
      return c.json(await reader.ask('languages', workspace, {}, { signal: c.req.raw.signal }), 200);
    })
    .openapi(searchRoutes.outline, async (c) => {
      const { workspace } = c.req.valid('param');
      return c.json(await reader.ask('outline', workspace, c.req.valid('query')), 200);
    })
    .openapi(searchRoutes.references, async (c) => {
      const { workspace } = c.req.valid('param');
      const { signal } = c.req.raw;
      return c.json(await reader.ask('references', workspace, c.req.valid('json'), { signal }), 200);
    })
    .openapi(searchRoutes.similar, async (c) => {
      const { workspace } = c.req.valid('param');
      return c.json(await search.similar(workspace, c.req.valid('json'), c.req.raw.signal), 200);
    })
    .openapi(searchRoutes.duplicates, async (c) => {
      const { workspace } = c.req.valid('param');
      const input = { minLines: c.req.valid('query').min_lines };
      const options = { deadlineMs: SCAN_MS, signal: c.req.raw.signal };
      return c.json(await reader.ask('duplicates', workspace, input, options), 200);
    });
}
