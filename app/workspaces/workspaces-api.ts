import { hc, type InferRequestType } from 'hono/client';
import { API, apiFetch, apiOptions } from '#app/_client/api.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import type { SymbolEntry } from '#server/features/retrieval/search/contract.ts';
import type {
  FileContent,
  FolderListing,
  TreeEntry,
  Workspace,
  WorkspacesApi,
} from '#server/features/workspaces/contract.ts';

const routes = hc<WorkspacesApi>(API, apiOptions).workspaces;
const workspace = routes[':id'];

export type WorkspaceChange = InferRequestType<typeof workspace.$patch>['json'];

export interface TreeLevel {
  entries: TreeEntry[];
  truncated: boolean;
}

/** The typed routes of this room. Every call throws `ApiError` when the daemon refuses. */
export const workspacesApi = {
  list: async (): Promise<Workspace[]> => (await (await routes.$get()).json()).workspaces,

  open: async (path: string): Promise<Workspace> => (await routes.$post({ json: { path } })).json(),

  change: async (id: string, json: WorkspaceChange): Promise<Workspace> =>
    (await workspace.$patch({ param: { id }, json })).json(),

  close: async (id: string): Promise<void> => {
    await workspace.close.$post({ param: { id } });
  },

  folders: async (path: string | undefined, hidden: boolean): Promise<FolderListing> =>
    (
      await routes.folders.$get({
        query: { ...(path === undefined ? {} : { path }), ...(hidden ? { hidden: 'true' } : {}) },
      })
    ).json(),

  tree: async (id: string, path: string): Promise<TreeLevel> =>
    (await workspace.tree.$get({ param: { id }, query: { path } })).json(),

  file: async (id: string, path: string): Promise<FileContent> =>
    (await workspace.file.$get({ param: { id }, query: { path } })).json(),

  /** The symbols of a file, in their order; none while it is not indexed. */
  outline: async (id: string, path: string): Promise<SymbolEntry[]> => {
    const query = new URLSearchParams({ path });
    const body: { symbols: SymbolEntry[] } = await (
      await apiFetch(`${API}/retrieval/${id}/outline?${query}`)
    ).json();
    return body.symbols;
  },

  index: async (id: string): Promise<IndexState> => (await apiFetch(`${API}/retrieval/${id}/index`)).json(),
};
