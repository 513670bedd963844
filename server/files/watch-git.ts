import { type BigIntStats, type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { globalIgnoreSources } from './global-ignore.ts';
import { findRepository, ownGitFolder } from './repository.ts';

interface GitListener {
  /** Another branch or commit was checked out. */
  onHead(): void;
  /** A repository came or went, or a file of Git's with rules changed: read the rules again. */
  onRules(): void;
}

/** Milliseconds between looks at files that may not be there, so that no folder of theirs can be watched. */
const LOOK_MS = 2000;

/** Hears of what Git does about a folder (a real path), from `git init` on. Nothing in it keeps the process alive. */
export class GitWatch {
  readonly #root: string;
  readonly #listener: GitListener;
  #rootWatch: FSWatcher | undefined;
  #headWatch: FSWatcher | undefined;
  #folder: string | undefined;
  /** Of the repository. */
  #top: string | undefined;
  #looked: string[] = [];
  #seen = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(root: string, listener: GitListener) {
    this.#root = root;
    this.#listener = listener;
    this.#rootWatch = watchNames(root, (name) => name === '.git' && this.#moved());
    this.#follow();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Where HEAD and index are; undefined outside of a repository. */
  get folder(): string | undefined {
    return this.#folder;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#rootWatch?.close();
    this.#headWatch?.close();
  }

  /** Git replaces HEAD, so its folder is watched; only this one. `git init` writes it last, some time after the folder. */
  #follow(): void {
    this.#folder = ownGitFolder(this.#root) ?? findRepository(this.#root)?.folder;
    if (this.#folder !== undefined) {
      this.#headWatch = watchNames(this.#folder, (name) => name === 'HEAD' && this.#headMoved());
    }
    // After the watch began, or a HEAD that is written in between would be heard of by nobody.
    const repository = findRepository(this.#root);
    this.#top = repository?.top;
    const exclude = repository && join(repository.common, 'info/exclude');
    this.#looked = [...globalIgnoreSources(), ...(exclude === undefined ? [] : [exclude])];
    this.#seen = stampOf(this.#looked);
  }

  #headMoved(): void {
    this.#listener.onHead();
    if (findRepository(this.#root)?.top !== this.#top) this.#moved();
  }

  #look(): void {
    if (stampOf(this.#looked) !== this.#seen) this.#moved();
  }

  /** Where things are may have changed too. */
  #moved(): void {
    this.#headWatch?.close();
    this.#headWatch = undefined;
    this.#follow();
    this.#listener.onRules();
  }
}

/** Another one when a file comes, goes or is written. */
function stampOf(paths: string[]): string {
  const stamps = paths.map((path) => {
    const found = look(path);
    return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
  });
  return stamps.join();
}

/** Undefined where the system cannot watch: then it is found at the next start. */
function watchNames(folder: string, heard: (name: string | null) => void): FSWatcher | undefined {
  try {
    const one = watch(folder, { persistent: false }, (_event, name) => heard(name));
    one.on('error', () => one.close());
    return one;
  } catch {
    return undefined;
  }
}

function look(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    // Below a folder that may not be entered, or links in a circle.
    return undefined;
  }
}
