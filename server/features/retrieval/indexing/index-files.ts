import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** SQLite's own files beside an index. */
const COMPANIONS = ['-wal', '-shm', '-journal'];

/** The files of all indexes, in `indexes/` below the data folder. */
export class IndexFiles {
  readonly #folder: string;

  constructor(home: string) {
    this.#folder = join(home, 'indexes');
  }

  /** Errors: those of the disk. */
  makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  current(workspaceId: string): string {
    return join(this.#folder, `${workspaceId}.sqlite`);
  }

  /** Where one is built anew, while the current one answers. */
  next(workspaceId: string): string {
    return join(this.#folder, `${workspaceId}.next.sqlite`);
  }

  isThere(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  /** Puts the one that was built in the place of the current one. Nobody may have either open. */
  swap(workspaceId: string): void {
    removeCompanions(this.current(workspaceId));
    renameSync(this.next(workspaceId), this.current(workspaceId));
    removeCompanions(this.next(workspaceId));
  }

  /** Keeps one damaged file of each workspace to look at. */
  moveAside(path: string): void {
    removeCompanions(path);
    if (this.isThere(path)) renameSync(path, `${path}.damaged`);
  }

  remove(path: string): void {
    removeCompanions(path);
    rmSync(path, { force: true });
  }

  removeAll(workspaceId: string): void {
    this.#removeWhere((id) => id === workspaceId);
  }

  /** Removes indexes of workspaces that are open no more. */
  keepOnly(workspaceIds: ReadonlySet<string>): void {
    this.#removeWhere((id) => !workspaceIds.has(id));
  }

  #removeWhere(isMeant: (workspaceId: string) => boolean): void {
    for (const name of readdirSync(this.#folder)) {
      const id = name.split('.')[0] ?? '';
      if (name.includes('.sqlite') && isMeant(id)) rmSync(join(this.#folder, name), { force: true });
    }
  }
}

function removeCompanions(path: string): void {
  for (const ending of COMPANIONS) rmSync(path + ending, { force: true });
}
