import { hc, type InferRequestType } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type {
  DeadCode,
  GraphsApi,
  ImportGraph,
  RepoMap,
  SymbolGraph,
} from '#server/features/retrieval/graphs/contract.ts';

const routes = hc<GraphsApi>(API, apiOptions).retrieval[':workspace'];

export type ImportQuestion = InferRequestType<typeof routes.graphs.imports.$post>['json'];
export type SymbolQuestion = InferRequestType<typeof routes.graphs.symbols.$post>['json'];

interface Asked<Question> {
  id: string;
  question: Question;
  signal: AbortSignal;
}

/** The typed routes of the pictures of a workspace. Every call throws `ApiError` when the daemon refuses. */
export const graphApi = {
  imports: async ({ id, question, signal }: Asked<ImportQuestion>): Promise<ImportGraph> =>
    (
      await routes.graphs.imports.$post({ param: { workspace: id }, json: question }, { init: { signal } })
    ).json(),

  symbols: async ({ id, question, signal }: Asked<SymbolQuestion>): Promise<SymbolGraph> =>
    (
      await routes.graphs.symbols.$post({ param: { workspace: id }, json: question }, { init: { signal } })
    ).json(),

  deadCode: async ({ id, question: paths, signal }: Asked<string[]>): Promise<DeadCode> =>
    (
      await routes['dead-code'].$post({ param: { workspace: id }, json: { paths } }, { init: { signal } })
    ).json(),

  map: async ({ id, question, signal }: Asked<{ budget: number; folder: string }>): Promise<RepoMap> => {
    const query = { budget: String(question.budget), folder: question.folder };
    return (await routes.map.$get({ param: { workspace: id }, query }, { init: { signal } })).json();
  },
};
