import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';
import { SymbolEntry } from '../search/contract.ts';

export type { GraphsApi } from './graphs.ts';

const Tags = ['retrieval'];
const Params = z.object({ workspace: WorkspaceId });
const Path = z.string().min(1).max(4096);
const Line = z.int().min(1);
/** Globs as in .gitignore, e.g. `src/**`; a leading `!` leaves out. */
const Globs = z.array(z.string().min(1).max(500)).max(20);

/** One file that imports another. Names are those it brings; empty: all, or for its effects. */
export const ImportLink = z.object({ path: z.string(), names: z.array(z.string()), line: Line });
export type ImportLink = z.infer<typeof ImportLink>;

/** A call of one symbol by another. `certain`: bound by its file or an import; otherwise only the name is the same. */
export const CallLink = z.object({
  path: z.string(),
  line: Line,
  /** The function the call stands in; null at the top of a file. */
  within: z.string().nullable(),
  /** What is called, and where that is defined. */
  name: z.string(),
  to: z.object({ path: z.string(), line: Line }),
  certain: z.boolean(),
});
export type CallLink = z.infer<typeof CallLink>;

export const Related = z
  .object({
    path: z.string(),
    /** The symbol that was asked for by its line; null: the whole file. */
    symbol: SymbolEntry.nullable(),
    imports: z.array(ImportLink),
    imported_by: z.array(ImportLink),
    /** `line`: where it names the file or symbol. `by`: what says that it tests it. */
    tests: z.array(
      z.object({ path: z.string(), line: Line.nullable(), by: z.enum(['call', 'import', 'name']) }),
    ),
    /** Calls from outside of the file, or of the symbol. */
    called_from: z.array(CallLink),
    /** What it calls of this workspace, outside of itself. */
    calls: z.array(CallLink),
    /** Lists were cut. */
    truncated: z.boolean(),
  })
  .openapi('Related');
export type Related = z.infer<typeof Related>;

export const GraphNode = z.object({
  /** Its path: of a file, or of a folder that stands for all files in it. Empty: the workspace itself. */
  id: z.string(),
  kind: z.enum(['file', 'folder']),
  language: z.string().nullable(),
  files: z.int(),
  lines: z.int(),
  /** Of the whole workspace, whatever is drawn. */
  imports: z.int(),
  imported_by: z.int(),
  is_test: z.boolean(),
  /** Which of `cycles` it is in; null: none. */
  cycle: z.int().nullable(),
});
export type GraphNode = z.infer<typeof GraphNode>;

export const GraphEdge = z.object({
  from: z.string(),
  to: z.string(),
  /** How many imports it stands for. */
  count: z.int(),
  /** `runs`: it is part of a cycle that is there when the program runs; `types`: only counting imports of types. */
  cycle: z.enum(['runs', 'types']).nullable(),
});
export type GraphEdge = z.infer<typeof GraphEdge>;

/** Nodes that all lead to each other, and a shortest way round as the proof: its last one leads to its first. */
export const Cycle = z.object({
  /** At most 400 of them, by path. */
  nodes: z.array(z.string()),
  size: z.int(),
  example: z.array(z.string()),
  /** Without imports of types it would be none, or a smaller one that is listed too: it does no harm. */
  types_only: z.boolean(),
});
export type Cycle = z.infer<typeof Cycle>;

export const ImportGraph = z
  .object({
    level: z.enum(['files', 'folders']),
    nodes: z.array(GraphNode),
    edges: z.array(GraphEdge),
    /** Those that are there when the program runs first, then the largest; at most 200, found before anything was cut. */
    cycles: z.array(Cycle),
    /** How many there are with these filters; `nodes` may be fewer. */
    /** `cycles` without those of types only. */
    total: z.object({ nodes: z.int(), edges: z.int(), cycles: z.int(), type_cycles: z.int() }),
    truncated: z.boolean(),
  })
  .openapi('ImportGraph');
export type ImportGraph = z.infer<typeof ImportGraph>;

export const SymbolNode = SymbolEntry.extend({
  id: z.string(),
  /** Calls away from the one in the middle: negative for callers. */
  distance: z.int(),
});
export type SymbolNode = z.infer<typeof SymbolNode>;

export const SymbolGraph = z
  .object({
    center: z.string(),
    nodes: z.array(SymbolNode),
    edges: z.array(z.object({ from: z.string(), to: z.string(), count: z.int(), certain: z.boolean() })),
    /** Other definitions of the name that was asked for. */
    others: z.array(SymbolEntry),
    truncated: z.boolean(),
  })
  .openapi('SymbolGraph');
export type SymbolGraph = z.infer<typeof SymbolGraph>;

/** Something that nothing seems to use. It stays a candidate: a name may be put together while a program runs. */
export const DeadCandidate = SymbolEntry.extend({
  confidence: z.enum(['high', 'medium', 'low']),
  /** A sentence. */
  reason: z.string(),
  lines: z.int(),
});
export type DeadCandidate = z.infer<typeof DeadCandidate>;

export const DeadCode = z
  .object({
    /** Surest first, then by path. */
    candidates: z.array(DeadCandidate),
    total: z.int(),
    /** Symbols that were looked at. */
    symbols: z.int(),
    /** Symbols without a reference that were left out, by why. */
    left_out: z.array(z.object({ reason: z.string(), count: z.int() })),
    truncated: z.boolean(),
    /** A sentence when not everything could be looked at. */
    note: z.string().nullable(),
  })
  .openapi('DeadCode');
export type DeadCode = z.infer<typeof DeadCode>;

export const RepoMap = z
  .object({
    /** What a model reads: paths, and under them the signatures that others use most. */
    text: z.string(),
    tokens: z.int(),
    /** `characters`: four are counted as a token; `model`: by the tokenizer of `model_id`. */
    counted_by: z.enum(['characters', 'model']),
    /** Most used first. `rank`: its share of all use, 0 to 1. */
    files: z.array(z.object({ path: z.string(), rank: z.number(), symbols: z.array(SymbolEntry) })),
    total: z.object({ files: z.int(), symbols: z.int() }),
    truncated: z.boolean(),
  })
  .openapi('RepoMap');
export type RepoMap = z.infer<typeof RepoMap>;

export const ImportGraphQuestion = z.strictObject({
  level: z.enum(['files', 'folders']).default('files'),
  /** Only what is in it; empty: everything. */
  folder: z.string().max(4096).default(''),
  /** Segments below `folder` that stay apart when folders are drawn. */
  folder_depth: z.int().min(1).max(12).default(2),
  /** Only what is at most `depth` imports away from this file. */
  around: Path.optional(),
  depth: z.int().min(1).max(6).default(2),
  direction: z.enum(['both', 'imports', 'imported_by']).default('both'),
  paths: Globs.default([]),
  languages: z.array(z.string().max(40)).max(40).default([]),
  tests: z.boolean().default(true),
  limit: z.int().min(1).max(400).default(400),
});
export type ImportGraphQuestion = z.infer<typeof ImportGraphQuestion>;

export const SymbolGraphQuestion = z.strictObject({
  name: z.string().min(1).max(500),
  /** Which of that name: the one defined in this file, at or around this line. */
  path: Path.optional(),
  line: Line.optional(),
  depth: z.int().min(1).max(3).default(1),
  direction: z.enum(['both', 'calls', 'callers']).default('both'),
  limit: z.int().min(1).max(200).default(120),
});
export type SymbolGraphQuestion = z.infer<typeof SymbolGraphQuestion>;

export const graphsRoutes = {
  /** What a file, or the symbol at a line of it, has to do with others. Errors: not_found for what is not in the index. */
  related: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/related',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({ path: Path, line: z.coerce.number().int().min(1).optional() }),
    },
    responses: okJson(Related),
  }),
  imports: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/graphs/imports',
    tags: Tags,
    request: { params: Params, ...jsonBody(ImportGraphQuestion) },
    responses: okJson(ImportGraph),
  }),
  symbols: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/graphs/symbols',
    tags: Tags,
    request: { params: Params, ...jsonBody(SymbolGraphQuestion) },
    responses: okJson(SymbolGraph),
  }),
  /** Candidates only; always of the whole workspace, `paths` says which of them are shown. */
  deadCode: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/dead-code',
    tags: Tags,
    request: {
      params: Params,
      ...jsonBody(z.strictObject({ paths: Globs.default([]), limit: z.int().min(1).max(2000).default(500) })),
    },
    responses: okJson(DeadCode),
  }),
  /** The most used symbols of a workspace or folder in at most `budget` tokens. */
  map: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/map',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({
        budget: z.coerce.number().int().min(64).max(200_000).default(1024),
        folder: z.string().max(4096).default(''),
        /** Whose tokens count; absent: four characters are one. */
        model_id: z.string().max(200).optional(),
      }),
    },
    responses: okJson(RepoMap),
  }),
};
