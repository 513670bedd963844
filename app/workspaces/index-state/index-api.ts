import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type { EmbedderChoice, EmbeddersApi } from '#server/features/retrieval/embedders/contract.ts';
import type { IndexingApi, IndexProblem, IndexState } from '#server/features/retrieval/indexing/contract.ts';

const { ':workspace': workspace, indexes } = hc<IndexingApi>(API, apiOptions).retrieval;
const { index } = workspace;
const { embedders } = hc<EmbeddersApi>(API, apiOptions).retrieval;

/** What can be done with an index. Every call throws `ApiError` when the daemon refuses. */
export const indexApi = {
  list: async (): Promise<IndexState[]> => (await (await indexes.$get()).json()).indexes,

  pause: async (workspace: string): Promise<IndexState> =>
    (await index.pause.$post({ param: { workspace } })).json(),

  resume: async (workspace: string): Promise<IndexState> =>
    (await index.resume.$post({ param: { workspace } })).json(),

  rebuild: async (workspace: string): Promise<IndexState> =>
    (await index.rebuild.$post({ param: { workspace } })).json(),

  problems: async (
    workspace: string,
    after: string | undefined,
  ): Promise<{ problems: IndexProblem[]; next: string | null }> =>
    (await index.problems.$get({ param: { workspace }, query: after === undefined ? {} : { after } })).json(),

  /** The models that vectors can be made by. */
  embedders: async (): Promise<EmbedderChoice> => (await embedders.$get()).json(),

  chooseEmbedder: async (chosen: string): Promise<EmbedderChoice> =>
    (await embedders.$put({ json: { chosen } })).json(),
};
