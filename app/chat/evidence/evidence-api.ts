import { hc, type InferRequestType } from 'hono/client';
import { API, apiFetch, apiOptions } from '#app/_client/api.ts';
import type { MessageSources } from '#server/features/chat/contract.ts';
import type { ContextApi, ContextFound } from '#server/features/retrieval/context/contract.ts';
import type { SearchApi, SymbolEntry } from '#server/features/retrieval/search/contract.ts';
import type { Workspace } from '#server/features/workspaces/contract.ts';

const context = hc<ContextApi>(API, apiOptions).retrieval[':workspace'];
const search = hc<SearchApi>(API, apiOptions).retrieval[':workspace'];

export type PreviewRequest = InferRequestType<typeof context.context.$post>['json'];

/** What questions are asked with, over the routes of the rooms that know it. Every call throws `ApiError`. */
export const evidenceApi = {
  workspaces: async (): Promise<Workspace[]> => {
    const body: { workspaces: Workspace[] } = await (await apiFetch(`${API}/workspaces`)).json();
    return body.workspaces;
  },

  searchByItself: async (id: string, auto_context: boolean): Promise<void> => {
    await apiFetch(`${API}/workspaces/${id}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auto_context }),
    });
  },

  files: async (workspace: string, query: string): Promise<string[]> => {
    const { files } = await (
      await search.files.$get({ param: { workspace }, query: { query, limit: '12' } })
    ).json();
    return files.map(({ path }) => path);
  },

  symbols: async (workspace: string, query: string): Promise<SymbolEntry[]> =>
    (await (await search.symbols.$get({ param: { workspace }, query: { query, limit: '8' } })).json())
      .symbols,

  preview: async (workspace: string, json: PreviewRequest): Promise<ContextFound> =>
    (await context.context.$post({ param: { workspace }, json })).json(),

  sources: async (messageId: string): Promise<MessageSources> =>
    (await apiFetch(`${API}/chat/messages/${messageId}/sources`)).json(),
};
