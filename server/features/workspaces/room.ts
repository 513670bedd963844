import { basename } from 'node:path';
import { realpathSync } from 'node:fs';
import type { FeatureContext } from '#server/feature.ts';
import { findRepository, readBranch } from '#server/files/repository.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import { approveWorkspace } from './allowed-folders.ts';
import type { Workspace, WorkspacesEvents } from './contract.ts';
import { readProjectFile } from './project-file.ts';
import { createWorkspaceStore, type WorkspaceChange, type WorkspaceRow } from './store.ts';
import { RootWatches } from './root-watches.ts';

const MOST_OPEN = 100;
/** Folders that were closed and keep their id and settings when they are opened again. */
const MOST_CLOSED = 20;

type Listener = (id: string, entry: WorkspaceEntry | undefined) => void;

/** The folders that are open: rows in SQLite, what their project files say, and who wants to know. */
export class WorkspacesRoom {
  readonly #context: FeatureContext<WorkspacesEvents>;
  readonly #store;
  readonly #listeners = new Set<Listener>();
  readonly #watches: RootWatches;
  readonly #closed = new Map<string, WorkspaceRow>();

  constructor(context: FeatureContext<WorkspacesEvents>) {
    this.#context = context;
    this.#store = createWorkspaceStore(context.database);
    this.#watches = new RootWatches(context.log, (id, what) => {
      if (what === 'project') this.#tell(id);
      this.#announce(id);
    });
  }

  start(): void {
    for (const { id, root } of this.#store.list()) this.#watches.add(id, root);
  }

  stop(): void {
    this.#watches.stop();
    this.#listeners.clear();
  }

  list(): Workspace[] {
    return this.#store.list().map((row) => this.#show(row));
  }

  async open(path: string): Promise<Workspace> {
    const root = await approveWorkspace(path, this.#context.config);
    const known = this.#store.findByRoot(root);
    if (known !== undefined) return this.change(known.id, { lastUsedAt: Date.now() });
    if (this.#store.list().length >= MOST_OPEN) {
      throw new AppError('conflict', `${MOST_OPEN} folders are open. Close one first.`);
    }
    const closed = this.#closed.get(root);
    const row =
      closed === undefined
        ? this.#store.add(root, basename(root))
        : this.#store.restore({ ...closed, lastUsedAt: Date.now() });
    this.#closed.delete(root);
    this.#watches.add(row.id, root);
    this.#tell(row.id);
    this.#announce(row.id);
    return this.#show(row);
  }

  change(id: string, change: WorkspaceChange): Workspace {
    this.#row(id);
    this.#store.change(id, change);
    this.#announce(id);
    return this.#show(this.#row(id));
  }

  close(id: string): boolean {
    const row = this.#store.find(id);
    if (row === undefined || !this.#store.remove(id)) return false;
    this.#closed.set(row.root, row);
    for (const oldest of [...this.#closed.keys()].slice(0, -MOST_CLOSED)) this.#closed.delete(oldest);
    this.#watches.remove(id);
    this.#tell(id);
    this.#announce(id);
    return true;
  }

  /** Where its files are. Errors: not_found when it is not open, or the folder is gone. */
  rootOf(id: string): string {
    const { root } = this.#row(id);
    if (isGone(root)) throw new AppError('not_found', `The folder ${root} is not there any more.`);
    return root;
  }

  entries(): WorkspaceEntry[] {
    return this.#store.list().map(toEntry);
  }

  entry(id: string): WorkspaceEntry | undefined {
    const row = this.#store.find(id);
    return row && toEntry(row);
  }

  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #row(id: string): WorkspaceRow {
    const row = this.#store.find(id);
    if (row === undefined) throw new AppError('not_found', 'This folder is not open. Open it again.');
    return row;
  }

  #show(row: WorkspaceRow): Workspace {
    const missing = isGone(row.root);
    // A disk that was away is watched from when it is seen again.
    if (!missing) this.#watches.add(row.id, row.root);
    const repository = missing ? undefined : findRepository(row.root);
    return {
      ...{ id: row.id, name: row.name, path: row.root, missing },
      project: readProjectFile(row.root),
      ...{ model_id: row.modelId, persona: row.persona, auto_context: row.autoContext },
      branch: (repository && readBranch(repository)) ?? null,
      ...{ opened_at: row.openedAt, last_used_at: row.lastUsedAt },
    };
  }

  #tell(id: string): void {
    const entry = this.entry(id);
    for (const listener of this.#listeners) listener(id, entry);
  }

  #announce(id: string): void {
    this.#context.events.emit('workspaces', 'workspaces.changed', { id });
  }
}

function toEntry({ id, name, root, autoContext }: WorkspaceRow): WorkspaceEntry {
  const { include, exclude, auto_context, ctx_chars: contextCharacters } = readProjectFile(root);
  // What a person set here stands before what the project says.
  return {
    ...{ id, name, root, include, exclude, contextCharacters },
    autoContext: autoContext ?? auto_context ?? true,
  };
}

/** Also when a link stands where the folder was: it was the folder that was approved. */
function isGone(root: string): boolean {
  try {
    return realpathSync(root) !== root;
  } catch {
    return true;
  }
}
