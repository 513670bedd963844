import { lstatSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import watcher from '@parcel/watcher';
import { AppError } from '#server/kernel/errors.ts';
import { collectChanges, type FileChange, MOST_CHANGES } from './file-changes.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { walk } from './walk.ts';
import { GitWatch } from './watch-git.ts';

/** What happened in a folder in one go. */
export interface FolderChanges {
  changes: FileChange[];
  /** Another branch or commit was checked out. */
  headChanged: boolean;
  /** A .gitignore, the project file or a list of Git's own changed, or a repository came or went: read the rules again. */
  rulesChanged: boolean;
  /** There is more than `changes` tells: walk the folder. */
  rescan: boolean;
}

export interface FolderWatch {
  /** Rules that changed meanwhile. */
  useRules(rules: IgnoreRules): void;
  /** Keeps how the folder is, for `changesSince` after a restart. Errors: those of the disk. */
  writeSnapshot(path: string): Promise<void>;
  stop(): Promise<void>;
}

export interface FolderListener {
  onChanges(changes: FolderChanges): void;
  /** Told when watching broke, e.g. because the folder is gone; changes may be missed from then on. */
  onError?(error: Error): void;
}

/** Milliseconds in which changes are gathered, after the 50 that the watcher itself waits. */
const GATHER_MS = 5;
/** How long a checkout may hold its lock, and how often that is looked at. */
const LOCK_MS = 3000;
const LOCK_EVERY_MS = 20;
/** Folders left out of the watch by path; the kernel's watches are few. */
const MOST_LEFT_OUT = 200;
const MOST_EXTRA = 40;

/**
 * Tells of every change under `root` (a real path) that the rules let through, in batches; while git holds its lock they
 * wait, so that a checkout is one. Errors: unsupported when the system has no watches left; then look now and then.
 */
export async function watchFolder(
  root: string,
  rules: IgnoreRules,
  listener: FolderListener,
): Promise<FolderWatch> {
  const folder = new WatchedFolder(root, rules, listener);
  await folder.start();
  return {
    useRules: (changed) => folder.useRules(changed),
    writeSnapshot: async (path) => {
      await watcher.writeSnapshot(root, path, await leftOut(root, rules));
    },
    stop: () => folder.stop(),
  };
}

/** What changed since a snapshot was written; null when it is lost or cannot be read: then walk the folder. */
export async function changesSince(
  root: string,
  rules: IgnoreRules,
  snapshot: string,
): Promise<FolderChanges | null> {
  if (lstatSync(snapshot, { throwIfNoEntry: false }) === undefined) return null;
  try {
    const events = await watcher.getEventsSince(root, snapshot, await leftOut(root, rules));
    const found = collectChanges(
      root,
      rules,
      events.map(({ path }) => relativeTo(root, path)),
    );
    return { ...found, headChanged: false };
  } catch {
    return null;
  }
}

class WatchedFolder {
  readonly #root: string;
  readonly #listener: FolderListener;
  readonly #extra = new Map<string, watcher.AsyncSubscription>();
  #rules: IgnoreRules;
  #subscription: watcher.AsyncSubscription | undefined;
  #git: GitWatch | undefined;
  #paths = new Set<string>();
  #created = new Set<string>();
  #headChanged = false;
  #rulesChanged = false;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;
  #waitsSince = 0;
  #stopped = false;

  constructor(root: string, rules: IgnoreRules, listener: FolderListener) {
    this.#root = root;
    this.#rules = rules;
    this.#listener = listener;
  }

  useRules(rules: IgnoreRules): void {
    this.#rules = rules;
  }

  async start(): Promise<void> {
    const options = await leftOut(this.#root, this.#rules);
    this.#subscription = await watcher.subscribe(this.#root, this.#heard, options).catch((cause: unknown) => {
      const message =
        'This system watches no more folders. Raise fs.inotify.max_user_watches; until then the folder is looked through now and then.';
      throw new AppError('unsupported', message, { cause });
    });
    this.#watchGit();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#git?.stop();
    const all = [this.#subscription, ...this.#extra.values()];
    this.#extra.clear();
    // A watch of a folder that is gone cannot be taken back.
    await Promise.allSettled(all.map(async (one) => one?.unsubscribe()));
  }

  /** The watcher of files leaves out what is Git's. */
  #watchGit(): void {
    if (this.#stopped) return;
    this.#git = new GitWatch(this.#root, {
      onHead: () => {
        this.#headChanged = true;
        this.#deliverSoon();
      },
      onRules: () => {
        this.#rulesChanged = true;
        this.#deliverSoon();
      },
    });
  }

  readonly #heard = (error: Error | null, events: watcher.Event[]): void => {
    if (this.#stopped) return;
    if (error !== null) {
      this.#lost = true;
      this.#listener.onError?.(error);
    }
    for (const { path, type } of events) {
      const inside = relativeTo(this.#root, path);
      this.#paths.add(inside);
      if (type === 'create') this.#created.add(inside);
    }
    if (this.#paths.has('')) this.#lost = true;
    this.#deliverSoon();
  };

  #deliverSoon(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    this.#waitsSince = Date.now();
    this.#timer = setTimeout(this.#tryToDeliver, GATHER_MS);
  }

  readonly #tryToDeliver = (): void => {
    this.#timer = undefined;
    if (this.#gitIsBusy() && Date.now() - this.#waitsSince < LOCK_MS) {
      this.#timer = setTimeout(this.#tryToDeliver, LOCK_EVERY_MS);
      return;
    }
    void this.#deliver();
  };

  #gitIsBusy(): boolean {
    const folder = this.#git?.folder;
    if (folder === undefined) return false;
    return lstatSync(join(folder, 'index.lock'), { throwIfNoEntry: false }) !== undefined;
  }

  async #deliver(): Promise<void> {
    const [paths, created] = [[...this.#paths].filter((path) => path !== ''), this.#created];
    const [headChanged, lost] = [this.#headChanged, this.#lost];
    this.#paths = new Set();
    this.#created = new Set();
    this.#headChanged = false;
    const outside = this.#rulesChanged;
    this.#rulesChanged = false;
    this.#lost = false;
    const found = collectChanges(this.#root, this.#rules, paths);
    const inFolders = found.rescan ? [] : await this.#enterFolders(found.folders, created);
    const known = new Set(found.changes.map(({ path }) => path));
    const changes = [...found.changes, ...inFolders.filter(({ path }) => !known.has(path))];
    const rescan = found.rescan || lost || changes.length > MOST_CHANGES;
    const rulesChanged = found.rulesChanged || outside;
    if (this.#stopped || (changes.length === 0 && !rescan && !headChanged && !rulesChanged)) return;
    this.#listener.onChanges({ changes, rulesChanged, headChanged, rescan });
  }

  /**
   * What is in folders that appeared. The watcher on Linux hears nothing of folders that were in them already (moved here, or
   * made in one go), so such a folder gets a watch of its own.
   */
  async #enterFolders(folders: string[], created: Set<string>): Promise<FileChange[]> {
    const files: FileChange[] = [];
    for (const folder of folders) {
      if (!created.has(folder) || folders.some((other) => folder.startsWith(`${other}/`))) continue;
      if (process.platform === 'linux') await this.#watchAlso(folder);
      for await (const { path } of walk(this.#root, this.#rules, { from: folder })) {
        files.push({ path, kind: 'changed' });
        if (files.length > MOST_CHANGES) return files;
      }
    }
    return files;
  }

  async #watchAlso(folder: string): Promise<void> {
    await this.#extra
      .get(folder)
      ?.unsubscribe()
      .catch(() => undefined);
    this.#extra.delete(folder);
    if (this.#extra.size >= MOST_EXTRA) await this.#startAgain();
    const path = join(this.#root, folder);
    const options = await leftOut(path, { ignores: (at, is) => this.#rules.ignores(`${folder}/${at}`, is) });
    const extra = await watcher.subscribe(path, this.#heard, options).catch(() => undefined);
    if (extra === undefined) return;
    if (this.#stopped) await extra.unsubscribe().catch(() => undefined);
    else this.#extra.set(folder, extra);
  }

  /** One watch for all again; what happens in between is found by walking. */
  async #startAgain(): Promise<void> {
    const all = [this.#subscription, ...this.#extra.values()];
    this.#extra.clear();
    await Promise.allSettled(all.map(async (one) => one?.unsubscribe()));
    this.#lost = true;
    const options = await leftOut(this.#root, this.#rules);
    this.#subscription = await watcher.subscribe(this.#root, this.#heard, options);
    this.#deliverSoon();
  }
}

/** Ignored folders need no watch. `.git` is among them. */
async function leftOut(root: string, rules: IgnoreRules): Promise<{ ignore: string[] }> {
  const ignore: string[] = [];
  const onIgnoredFolder = (path: string) => {
    // The package takes what looks like a pattern for one.
    if (ignore.length < MOST_LEFT_OUT && !/[*?[\]{}()!+@]/.test(path)) ignore.push(join(root, path));
  };
  const noFiles = { ignores: (path: string, folder: boolean) => !folder || rules.ignores(path, folder) };
  for await (const _ of walk(root, noFiles, { onIgnoredFolder }));
  return { ignore };
}

function relativeTo(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}
