import type { Generations } from '#server/generation/generation.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { Hooks } from '#server/kernel/hooks.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { IndexReader } from '../search/index-reader.ts';
import { graphsRoutes, type RepoMap } from './contract.ts';
import { type CountTokens, estimateTokens, fitMap } from './map/repo-map.ts';

export interface GraphsOptions {
  reader: IndexReader;
  hooks: Hooks;
  generations: Pick<Generations, 'count'>;
}

export interface MapRequest {
  /** Most tokens of its text. */
  budget: number;
  /** Empty: the whole workspace. */
  folder: string;
  /** Files from whose point of view it is ranked; none: from all alike. */
  focus?: string[];
  /** Tokens of a text; four characters are one unless told. */
  count?: CountTokens | undefined;
}

/** Pictures of indexed workspaces, for screens and for other parts. */
export interface Graphs {
  /** The most used symbols in at most `budget` tokens. Errors: not_found without an index, timeout, the signal's reason. */
  map(workspaceId: string, request: MapRequest, signal: AbortSignal): Promise<Omit<RepoMap, 'counted_by'>>;
  routes: ReturnType<typeof createGraphsRoutes>;
}

export type GraphsApi = Graphs['routes'];

/** Milliseconds for what goes through all rows of an index, and for what reads its folder besides. */
const ROWS_MS = 10_000;
const FOLDER_MS = 30_000;
const MOST_SYMBOLS = 10_000;

export function createGraphs(options: GraphsOptions): Graphs {
  const { reader } = options;
  const map: Graphs['map'] = async (workspaceId, { budget, folder, focus = [], count }, signal) => {
    const input = { folder, focus, limit: MOST_SYMBOLS };
    const ranked = await reader.ask('rankSymbols', workspaceId, input, { deadlineMs: ROWS_MS, signal });
    return fitMap(ranked, budget, count ?? estimateTokens);
  };
  return { map, routes: createGraphsRoutes(options, map) };
}

function createGraphsRoutes({ reader, hooks, generations }: GraphsOptions, map: Graphs['map']) {
  return createRoutes()
    .openapi(graphsRoutes.related, async (c) => {
      const { workspace } = c.req.valid('param');
      const { signal } = c.req.raw;
      return c.json(await reader.ask('related', workspace, c.req.valid('query'), { signal }), 200);
    })
    .openapi(graphsRoutes.imports, async (c) => {
      const { workspace } = c.req.valid('param');
      const options = { deadlineMs: ROWS_MS, signal: c.req.raw.signal };
      return c.json(await reader.ask('importGraph', workspace, c.req.valid('json'), options), 200);
    })
    .openapi(graphsRoutes.symbols, async (c) => {
      const { workspace } = c.req.valid('param');
      const options = { deadlineMs: ROWS_MS, signal: c.req.raw.signal };
      return c.json(await reader.ask('symbolGraph', workspace, c.req.valid('json'), options), 200);
    })
    .openapi(graphsRoutes.deadCode, async (c) => {
      const { workspace } = c.req.valid('param');
      const options = { deadlineMs: FOLDER_MS, signal: c.req.raw.signal };
      return c.json(await reader.ask('deadCode', workspace, c.req.valid('json'), options), 200);
    })
    .openapi(graphsRoutes.map, async (c) => {
      const { workspace } = c.req.valid('param');
      const { model_id: modelId, ...request } = c.req.valid('query');
      const count = modelId === undefined ? undefined : await tokenizerOf({ hooks, generations }, modelId);
      const found = await map(workspace, { ...request, count }, c.req.raw.signal);
      return c.json({ ...found, counted_by: count ? ('model' as const) : ('characters' as const) }, 200);
    });
}

/** Counts by the model's own tokenizer; loads it when it is not resident. Errors: not_found for an unknown one. */
async function tokenizerOf(
  { hooks, generations }: Pick<GraphsOptions, 'hooks' | 'generations'>,
  modelId: string,
): Promise<CountTokens> {
  for (const source of hooks.all('modelSource')) {
    if (!(await source.find(modelId))) continue;
    return async (text) => (await generations.count(modelId, [], text)).textTokens;
  }
  throw new AppError('not_found', `The model "${modelId}" is not on this disk. Choose another one.`);
}
