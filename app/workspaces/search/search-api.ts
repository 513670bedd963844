import { hc, type InferRequestType } from 'hono/client';
import { API, apiFetch, apiOptions } from '#app/_client/api.ts';
import type { Related } from '#server/features/retrieval/graphs/contract.ts';
import type {
  ReferenceEntry,
  SearchAnswer,
  SearchApi,
  SymbolEntry,
} from '#server/features/retrieval/search/contract.ts';

const routes = hc<SearchApi>(API, apiOptions).retrieval[':workspace'];

export type SearchQuestion = InferRequestType<typeof routes.search.$post>['json'];
type DuplicatesAnswer = Awaited<ReturnType<typeof askForDuplicates>>;
export type DuplicateGroup = DuplicatesAnswer['groups'][number];

export interface FoundReferences {
  definitions: SymbolEntry[];
  references: ReferenceEntry[];
  truncated: boolean;
}

/** The typed routes of the search of a workspace. Every call throws `ApiError` when the daemon refuses. */
export const searchApi = {
  search: async (workspace: string, json: SearchQuestion, signal: AbortSignal): Promise<SearchAnswer> =>
    (await routes.search.$post({ param: { workspace }, json }, { init: { signal } })).json(),

  similar: async (
    workspace: string,
    json: { path: string; line: number; limit: number },
    signal: AbortSignal,
  ): Promise<SearchAnswer> =>
    (await routes.similar.$post({ param: { workspace }, json }, { init: { signal } })).json(),

  duplicates: askForDuplicates,

  files: async (workspace: string, query: string, signal: AbortSignal) =>
    (
      await (
        await routes.files.$get({ param: { workspace }, query: { query, limit: '30' } }, { init: { signal } })
      ).json()
    ).files,

  languages: async (workspace: string, signal: AbortSignal) =>
    (await (await routes.languages.$get({ param: { workspace } }, { init: { signal } })).json()).languages,

  symbols: async (workspace: string, query: string, signal: AbortSignal): Promise<SymbolEntry[]> =>
    (
      await (
        await routes.symbols.$get(
          { param: { workspace }, query: { query, limit: '30' } },
          { init: { signal } },
        )
      ).json()
    ).symbols,

  references: async (
    workspace: string,
    json: { name: string; path: string; line?: number; limit?: number },
    signal?: AbortSignal,
  ): Promise<FoundReferences> =>
    (
      await routes.references.$post(
        { param: { workspace }, json },
        signal === undefined ? {} : { init: { signal } },
      )
    ).json(),

  /** What else has to do with the symbol at a line. */
  related: async (
    workspace: string,
    { path, line }: { path: string; line: number },
    signal: AbortSignal,
  ): Promise<Related> => {
    const query = new URLSearchParams({ path, line: String(line) });
    return (await apiFetch(`${API}/retrieval/${workspace}/related?${query}`, { signal })).json();
  },
};

async function askForDuplicates(workspace: string, minLines: number, signal: AbortSignal) {
  return (
    await routes.duplicates.$get(
      { param: { workspace }, query: { min_lines: String(minLines) } },
      { init: { signal } },
    )
  ).json();
}
