import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';

export type { SearchApi } from './search.ts';

const Tags = ['retrieval'];
const Params = z.object({ workspace: WorkspaceId });
const Path = z.string().min(1).max(4096);
const Line = z.int().min(1);

export const ChunkKind = z.enum([
  'function',
  'method',
  'class',
  'module',
  'section',
  'page',
  'cell',
  'window',
]);
export type ChunkKind = z.infer<typeof ChunkKind>;

export const SymbolKind = z.enum([
  ...(['function', 'method', 'class', 'interface', 'type', 'enum', 'struct', 'trait', 'module'] as const),
  ...(['constant', 'variable', 'property', 'macro', 'constructor', 'heading', 'rule'] as const),
]);
export type SymbolKind = z.infer<typeof SymbolKind>;

export const SymbolEntry = z.object({
  name: z.string(),
  kind: SymbolKind,
  /** The class or module it is in. */
  container: z.string().nullable(),
  signature: z.string().nullable(),
  path: z.string(),
  line: Line,
  end_line: Line,
  exported: z.boolean(),
});
export type SymbolEntry = z.infer<typeof SymbolEntry>;

/** A few lines of a file. `highlights`: line from 1 in the file, and columns from 0, end exclusive, in UTF-16 units. */
export const Snippet = z.object({
  line: Line,
  text: z.string(),
  highlights: z.array(z.object({ line: Line, from: z.int(), to: z.int() })),
});
export type Snippet = z.infer<typeof Snippet>;

/** Why a result is there. Scores are 0 to 1 within this search; `meaning` is null when vectors took no part. */
export const Why = z.object({
  lexical: z.number(),
  meaning: z.number().nullable(),
  symbol: z.number(),
  path: z.number(),
  /** Rules that moved it, e.g. `defines the symbol` x 2, `test file` x 0.3. */
  boosts: z.array(z.object({ rule: z.string(), factor: z.number() })),
  /** The chief reason in a word or two: defines, words, meaning, path, test, exact. */
  chief: z.string(),
});

export type Why = z.infer<typeof Why>;

export const SearchResult = z
  .object({
    path: z.string(),
    line: Line,
    end_line: Line,
    language: z.string().nullable(),
    kind: ChunkKind,
    name: z.string().nullable(),
    container: z.string().nullable(),
    signature: z.string().nullable(),
    snippet: Snippet,
    score: z.number(),
    why: Why,
    /** The file changed since it was indexed; the snippet is what is there. */
    changed: z.boolean(),
  })
  .openapi('SearchResult');
export type SearchResult = z.infer<typeof SearchResult>;

export const SearchMode = z.enum(['all', 'symbols', 'exact', 'regex']);
export type SearchMode = z.infer<typeof SearchMode>;

/** Globs as in .gitignore, e.g. `src/**`; a leading `!` leaves out. */
export const SearchFilters = z.object({
  languages: z.array(z.string().max(40)).max(40).default([]),
  paths: z.array(z.string().min(1).max(500)).max(20).default([]),
  kinds: z.array(ChunkKind).max(8).default([]),
});

export const SearchAnswer = z
  .object({
    results: z.array(SearchResult),
    /** What the query was taken for. */
    query_kind: z.enum(['symbol', 'path', 'trace', 'prose', 'words', 'exact', 'regex']),
    method: z.enum(['keyword + symbols', 'keyword + symbols + vectors', 'text']),
    /** More were there than `limit`. */
    truncated: z.boolean(),
    /** It was searched and nothing relevant was found. */
    nothing_found: z.boolean(),
    /** A sentence, e.g. that the index is not complete or that the regular expression took too long. */
    note: z.string().nullable(),
    /** Files on which a regular expression took too long, so that they may hold more: how many, and up to 20 of them. */
    slow: z.object({ files: z.int(), paths: z.array(z.string()) }),
    /** Milliseconds in the daemon. */
    took: z.object({ total: z.number(), lexical: z.number(), vectors: z.number(), embed: z.number() }),
  })
  .openapi('SearchAnswer');
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** A use of a name. `certain`: bound by scope or import; otherwise only the name is the same. */
export const ReferenceEntry = z.object({
  path: z.string(),
  line: Line,
  text: z.string(),
  kind: z.enum(['call', 'new', 'type', 'import', 'read']),
  /** The function it stands in. */
  within: z.string().nullable(),
  certain: z.boolean(),
});
export type ReferenceEntry = z.infer<typeof ReferenceEntry>;

export const searchRoutes = {
  search: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/search',
    tags: Tags,
    request: {
      params: Params,
      ...jsonBody(
        z.strictObject({
          query: z.string().max(20_000),
          mode: SearchMode.default('all'),
          filters: SearchFilters.prefault({}),
          limit: z.int().min(1).max(100).default(20),
        }),
      ),
    },
    responses: okJson(SearchAnswer),
  }),
  /** Symbols whose names match, best first: by parts, initials or a piece. */
  symbols: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/symbols',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({
        query: z.string().max(500),
        limit: z.coerce.number().int().min(1).max(200).default(30),
      }),
    },
    responses: okJson(z.object({ symbols: z.array(SymbolEntry) })),
  }),
  /** Files whose paths match, best first. */
  files: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/files',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({
        query: z.string().max(500),
        limit: z.coerce.number().int().min(1).max(200).default(30),
      }),
    },
    responses: okJson(
      z.object({ files: z.array(z.object({ path: z.string(), language: z.string().nullable() })) }),
    ),
  }),
  /** The languages of the files in the index, the most frequent first. */
  languages: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/languages',
    tags: Tags,
    request: { params: Params },
    responses: okJson(z.object({ languages: z.array(z.object({ language: z.string(), files: z.int() })) })),
  }),
  /** The symbols of a file, in their order. */
  outline: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/outline',
    tags: Tags,
    request: { params: Params, query: z.object({ path: Path }) },
    responses: okJson(z.object({ symbols: z.array(SymbolEntry) })),
  }),
  /** Where a name is defined, used and called from. With `path` and `line`: of the symbol meant there. */
  references: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/references',
    tags: Tags,
    request: {
      params: Params,
      ...jsonBody(
        z.strictObject({
          name: z.string().min(1).max(500),
          path: Path.optional(),
          line: Line.optional(),
          limit: z.int().min(1).max(2000).default(200),
        }),
      ),
    },
    responses: okJson(
      z.object({
        definitions: z.array(SymbolEntry),
        references: z.array(ReferenceEntry),
        truncated: z.boolean(),
      }),
    ),
  }),
  /** Chunks like the one at a place: by vectors where there are some, by their words otherwise. */
  similar: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/similar',
    tags: Tags,
    request: {
      params: Params,
      ...jsonBody(z.strictObject({ path: Path, line: Line, limit: z.int().min(1).max(50).default(10) })),
    },
    responses: okJson(SearchAnswer),
  }),
  /** Groups of chunks that say the same with other names, largest first. */
  duplicates: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/duplicates',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({ min_lines: z.coerce.number().int().min(3).max(500).default(6) }),
    },
    responses: okJson(
      z.object({
        groups: z.array(
          z.object({
            /** 1: the same but for names and literals. */
            similarity: z.number(),
            lines: z.int(),
            places: z.array(
              z.object({ path: z.string(), line: Line, end_line: Line, name: z.string().nullable() }),
            ),
          }),
        ),
        truncated: z.boolean(),
      }),
    ),
  }),
};
