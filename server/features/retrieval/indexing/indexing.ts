import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import type { RetrievalContext } from '../room.ts';
import { Announcer } from './announcer.ts';
import { ChoiceStore } from './choice-store.ts';
import { indexingRoutes, type IndexState } from './contract.ts';
import { IndexFiles } from './index-files.ts';
import { listProblems } from './index-glance-store.ts';
import { IndexingThread } from './indexing-thread.ts';
import { type IndexChange, WorkspaceIndex } from './workspace-index.ts';

export type IndexingApi = ReturnType<typeof createIndexingRoutes>;

type Context = Pick<RetrievalContext, 'config' | 'database' | 'disk' | 'events' | 'hooks' | 'log'>;

interface IndexingOptions {
  /** How far the vectors of a workspace are; without it there are none. */
  vectors?: (workspaceId: string) => IndexState['vectors'];
  /** The thread's file; tests give one whose parser hangs. */
  script?: URL;
}

const NO_VECTORS: IndexState['vectors'] = {
  ...{ status: 'none', done: 0, total: 0, embedder: null },
  ...{ chunks_per_second: null, seconds_left: null, error: null },
};

/** Keeps an index of every opened folder: written by one thread, kept up to date, built anew when it must be. */
export class Indexing {
  readonly routes: IndexingApi;
  readonly #context: Context;
  readonly #options: IndexingOptions;
  readonly #files: IndexFiles;
  readonly #choices: ChoiceStore;
  readonly #thread: IndexingThread;
  readonly #announcer: Announcer;
  readonly #indexes = new Map<string, WorkspaceIndex>();
  readonly #changeListeners: ((workspaceId: string, change: IndexChange) => void)[] = [];
  readonly #stateListeners: ((workspaceId: string) => void)[] = [];
  readonly #releaseListeners: ((workspaceId: string) => void | Promise<void>)[] = [];
  /** By workspace. */
  readonly #closing = new Map<string, Promise<void>>();
  #unfollow: (() => void) | undefined;

  constructor(context: Context, options: IndexingOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#files = new IndexFiles(context.config.home);
    this.#choices = new ChoiceStore(context.database);
    this.#thread = new IndexingThread({
      log: context.log,
      ...(options.script && { script: options.script }),
    });
    this.#announcer = new Announcer({
      events: context.events,
      state: (workspaceId) => this.#find(workspaceId),
    });
    this.routes = createIndexingRoutes(this);
  }

  /** Begins to index every open folder. Errors: those of the disk, when the folder of indexes cannot be made. */
  start(): void {
    const source = this.#context.hooks.all('workspaceSource')[0];
    const open = source?.list() ?? [];
    this.#files.makeFolder();
    this.#files.keepOnly(new Set(open.map(({ id }) => id)));
    this.#choices.keepOnly(open.map(({ id }) => id));
    for (const entry of open) this.#open(entry);
    this.#unfollow = source?.follow((id, entry) => {
      if (entry === undefined) this.#close(id);
      else if (this.#indexes.has(id)) this.#indexes.get(id)?.use(entry);
      else this.#open(entry);
    });
  }

  async stop(): Promise<void> {
    this.#unfollow?.();
    await Promise.all([
      ...[...this.#indexes.values()].map((index) => index.stop()),
      ...this.#closing.values(),
    ]);
    await this.#thread.stop();
    this.#announcer.stop();
  }

  list(): IndexState[] {
    return [...this.#indexes.keys()].flatMap((id) => this.#find(id) ?? []);
  }

  /** Errors: not_found. */
  state(workspaceId: string): IndexState {
    return this.#stateOf(workspaceId, this.#need(workspaceId));
  }

  /** The file of an index, whether it is there or not. */
  path(workspaceId: string): string {
    return this.#files.current(workspaceId);
  }

  /** Told whenever files were committed, in the event loop: do little. */
  onChanged(listener: (workspaceId: string, change: IndexChange) => void): void {
    this.#changeListeners.push(listener);
  }

  /** Told whenever the state of an index may be another. */
  onState(listener: (workspaceId: string) => void): void {
    this.#stateListeners.push(listener);
  }

  /** Whether the folder is being read through, or is about to be. */
  isReading(workspaceId: string): boolean {
    const status = this.#indexes.get(workspaceId)?.state.status;
    return status === 'waiting' || status === 'scanning' || status === 'indexing';
  }

  /** Asked to close an index before another file takes its place or it is deleted; waited for. */
  onRelease(listener: (workspaceId: string) => void | Promise<void>): void {
    this.#releaseListeners.push(listener);
  }

  /** The state of the vectors changed: tells the tabs. */
  announce(workspaceId: string): void {
    this.#announcer.changed(workspaceId);
  }

  /** A reader found the file damaged: it is moved aside and made again. */
  async replaceDamaged(workspaceId: string): Promise<void> {
    await this.#indexes.get(workspaceId)?.replaceDamaged();
  }

  /** Errors: not_found. */
  async pause(workspaceId: string): Promise<IndexState> {
    await this.#need(workspaceId).pause();
    return this.state(workspaceId);
  }

  /** Errors: not_found. */
  resume(workspaceId: string): IndexState {
    this.#need(workspaceId).resume();
    return this.state(workspaceId);
  }

  /** Errors: not_found. */
  async rebuild(workspaceId: string): Promise<IndexState> {
    await this.#need(workspaceId).rebuild();
    return this.state(workspaceId);
  }

  /** Files that were skipped or failed, by path. Errors: not_found. */
  problems(workspaceId: string, page: { after?: string | undefined; limit: number }) {
    this.#need(workspaceId);
    const path = this.path(workspaceId);
    return this.#files.isThere(path) ? listProblems(path, page) : [];
  }

  #open(entry: WorkspaceEntry): void {
    const { log, disk } = this.#context;
    const index = new WorkspaceIndex(entry, {
      ...{ thread: this.#thread, files: this.#files, choices: this.#choices, disk, log },
      changed: (id) => {
        this.#announcer.changed(id);
        for (const listener of this.#stateListeners) listener(id);
      },
      written: (id, change) => {
        this.#announcer.written(id, change);
        for (const listener of this.#changeListeners) listener(id, change);
      },
      released: async (id) => {
        await Promise.all(this.#releaseListeners.map(async (listener) => listener(id)));
      },
    });
    this.#indexes.set(entry.id, index);
    const closing = this.#closing.get(entry.id);
    if (closing === undefined) index.start();
    // Or the files of this one would be deleted with those of the one before.
    else void closing.then(() => this.#indexes.get(entry.id) === index && index.start());
  }

  #close(workspaceId: string): void {
    const index = this.#indexes.get(workspaceId);
    this.#indexes.delete(workspaceId);
    if (index === undefined) return;
    const before = this.#closing.get(workspaceId);
    const closing = (before === undefined ? index.remove() : before.then(() => index.remove()))
      .catch((error: unknown) => {
        this.#context.log.warn(
          { err: error, workspaceId },
          'an index could not be deleted; the next start does it',
        );
      })
      .finally(() => {
        if (this.#closing.get(workspaceId) === closing) this.#closing.delete(workspaceId);
      });
    this.#closing.set(workspaceId, closing);
  }

  #find(workspaceId: string): IndexState | undefined {
    const index = this.#indexes.get(workspaceId);
    return index && this.#stateOf(workspaceId, index);
  }

  #stateOf(workspaceId: string, index: WorkspaceIndex): IndexState {
    const vectors = this.#options.vectors?.(workspaceId) ?? NO_VECTORS;
    const method = vectors.status === 'ready' ? 'keyword + symbols + vectors' : 'keyword + symbols';
    return { ...index.state, vectors, method };
  }

  #need(workspaceId: string): WorkspaceIndex {
    const index = this.#indexes.get(workspaceId);
    if (index === undefined) throw new AppError('not_found', 'This folder is not open.');
    return index;
  }
}

function createIndexingRoutes(indexing: Indexing) {
  return createRoutes()
    .openapi(indexingRoutes.list, (context) => context.json({ indexes: indexing.list() }, 200))
    .openapi(indexingRoutes.state, (context) =>
      context.json(indexing.state(context.req.valid('param').workspace), 200),
    )
    .openapi(indexingRoutes.pause, async (context) =>
      context.json(await indexing.pause(context.req.valid('param').workspace), 200),
    )
    .openapi(indexingRoutes.resume, (context) =>
      context.json(indexing.resume(context.req.valid('param').workspace), 200),
    )
    .openapi(indexingRoutes.rebuild, async (context) =>
      context.json(await indexing.rebuild(context.req.valid('param').workspace), 200),
    )
    .openapi(indexingRoutes.problems, (context) => {
      const { limit, after } = context.req.valid('query');
      const { workspace } = context.req.valid('param');
      const problems = indexing.problems(workspace, { after, limit: limit + 1 });
      const page = problems.slice(0, limit);
      const next = problems.length > limit ? (page.at(-1)?.path ?? null) : null;
      return context.json({ problems: page, next }, 200);
    });
}
