import { contextBudget, countTexts } from '#server/generation/context-budget.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { ContextRequest, ModelEntry, WorkspaceEntry } from '#server/kernel/hooks.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { RetrievalContext } from '../room.ts';
import type { IndexReader } from '../search/index-reader.ts';
import type { Search } from '../search/search.ts';
import { createFileLines } from '../search/text/file-text.ts';
import { type ContextFound, contextRoutes, type ContextSource } from './contract.ts';
import { gather } from './gather.ts';
import { staleOf } from './stale.ts';
import { verify } from './verify.ts';

export type ContextApi = ReturnType<typeof createContextRoutes>;

interface ContextParts {
  house: Pick<RetrievalContext, 'hooks' | 'generations'>;
  reader: Pick<IndexReader, 'ask'>;
  search: Pick<Search, 'search'>;
}

/** Milliseconds for a preview, the loading of a model included. */
const PREVIEW_MS = 15_000;

/** What of a folder belongs into a prompt, and whether answers keep to it. Registers the hook `contextProvider`. */
export class Context {
  readonly routes: ContextApi;
  readonly #parts: ContextParts;

  constructor(parts: ContextParts) {
    this.#parts = parts;
    parts.house.hooks.register('contextProvider', {
      gather: (request, signal) => this.gather(request, signal),
      verify,
      stale: (sources) => this.stale(sources),
    });
    this.routes = createContextRoutes(this);
  }

  /** Errors: not_found for a folder that is not open or has no index yet, timeout, the signal's reason. */
  async gather(request: ContextRequest, signal: AbortSignal): Promise<ContextFound> {
    const { reader, search } = this.#parts;
    const { workspaceId } = request;
    const entry = this.#need(workspaceId);
    const read = createFileLines(entry.root);
    return gather(
      request,
      {
        name: entry.name,
        read,
        search: (asked) => search.search(workspaceId, { ...asked, mode: 'all' }, signal),
        neighbours: (input) => reader.ask('neighbours', workspaceId, input, { signal }),
        pointed: (input) => reader.ask('pointed', workspaceId, input, { signal }),
      },
      signal,
    );
  }

  /** What a message would be asked with. Loads the model when it is not resident. */
  async preview(
    workspaceId: string,
    asked: Pick<ContextRequest, 'query' | 'mentions' | 'automatic' | 'leftOut'> & { modelId: string | null },
  ): Promise<ContextFound> {
    const { generations } = this.#parts.house;
    const { modelId, ...rest } = asked;
    const model = await this.#model(modelId);
    const characters = this.#need(workspaceId).contextCharacters ?? null;
    const signal = AbortSignal.timeout(PREVIEW_MS);
    return this.gather(
      {
        ...rest,
        workspaceId,
        firstNumber: 1,
        budget: contextBudget(model.contextWindow, characters),
        countTokens: (texts) => countTexts(generations, model.id, texts),
      },
      signal,
    );
  }

  /** Numbers of the sources that changed; those of a folder that is not open count as gone. */
  stale(sources: readonly ContextSource[]): Promise<number[]> {
    const readers = new Map<string, ReturnType<typeof createFileLines>>();
    return staleOf(sources, async (workspaceId, path, language) => {
      const root = this.#find(workspaceId)?.root;
      if (root === undefined) return undefined;
      const read = readers.get(workspaceId) ?? createFileLines(root);
      readers.set(workspaceId, read);
      return read(path, language);
    });
  }

  #find(workspaceId: string): WorkspaceEntry | undefined {
    for (const source of this.#parts.house.hooks.all('workspaceSource')) {
      const entry = source.find(workspaceId);
      if (entry) return entry;
    }
    return undefined;
  }

  #need(workspaceId: string): WorkspaceEntry {
    const entry = this.#find(workspaceId);
    if (!entry) throw new AppError('not_found', 'This folder is not open.');
    return entry;
  }

  async #model(id: string | null): Promise<ModelEntry> {
    for (const source of this.#parts.house.hooks.all('modelSource')) {
      const entry = id === null ? await source.fallback?.() : await source.find(id);
      if (entry) return entry;
    }
    throw new AppError('not_found', 'This model is not on this disk. Choose another one.');
  }
}

function createContextRoutes(context: Context) {
  return createRoutes()
    .openapi(contextRoutes.preview, async (c) => {
      const { query, mentions, automatic, left_out: leftOut, model_id: modelId = null } = c.req.valid('json');
      const asked = { query, mentions, automatic, leftOut, modelId };
      return c.json(await context.preview(c.req.valid('param').workspace, asked), 200);
    })
    .openapi(contextRoutes.stale, async (c) =>
      c.json({ stale: await context.stale(c.req.valid('json').sources) }, 200),
    );
}
