import { type FSWatcher, watch } from 'node:fs';
import { GitWatch } from '#server/files/watch-git.ts';
import type { Log } from '#server/kernel/log.ts';
import { PROJECT_FILE } from './project-file.ts';

/** Several writes of one change become one announcement. Milliseconds. */
const GATHER_MS = 50;

type What = 'project' | 'branch' | 'folder';

/** Hears when a workspace's project file or branch changes, or its folder goes. Files below are the index's business. */
export class RootWatches {
  readonly #log: Log;
  readonly #onChange: (id: string, what: What) => void;
  readonly #watches = new Map<string, Pick<FSWatcher, 'close'>[]>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(log: Log, onChange: (id: string, what: What) => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  add(id: string, root: string): void {
    if (this.#watches.has(id)) return;
    const watches: Pick<FSWatcher, 'close'>[] = [];
    this.#watches.set(id, watches);
    const add = (folder: string, heard: (name: string | null, event: string) => void) => {
      try {
        const one = watch(folder, { persistent: false }, (event, name) => heard(name, event));
        one.on('error', () => this.remove(id));
        watches.push(one);
      } catch (error) {
        this.#log.warn({ err: error, folder }, 'a folder cannot be watched; reload to see changes');
      }
    };
    const own = root.slice(root.lastIndexOf('/') + 1);
    add(root, (name, event) => {
      if (name === PROJECT_FILE) this.#soon(id, 'project');
      // What the system says of the watched folder itself: it was renamed or removed.
      else if (event === 'rename' && name === own) this.#gone(id);
    });
    const branch = () => this.#soon(id, 'branch');
    const git = new GitWatch(root, { onHead: branch, onRules: branch });
    watches.push({ close: () => git.stop() });
  }

  remove(id: string): void {
    for (const one of this.#watches.get(id) ?? []) one.close();
    this.#watches.delete(id);
  }

  stop(): void {
    for (const id of [...this.#watches.keys()]) this.remove(id);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #gone(id: string): void {
    this.remove(id);
    this.#soon(id, 'folder');
  }

  #soon(id: string, what: What): void {
    const key = `${id} ${what}`;
    if (this.#timers.has(key)) return;
    const announce = () => {
      this.#timers.delete(key);
      this.#onChange(id, what);
    };
    this.#timers.set(key, setTimeout(announce, GATHER_MS).unref());
  }
}
