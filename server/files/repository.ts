import { lstatSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { readSmallFile } from './small-file.ts';

/** A git repository, as its files tell it; git itself is not run. Real paths. */
export interface Repository {
  /** The folder with `.git` in it. */
  top: string;
  /** Where HEAD and index are: `.git`, or for a worktree its own folder in there. */
  folder: string;
  /** Where what all worktrees share is. */
  common: string;
}

/** The repository that `path` lies in; undefined when there is none. */
export function findRepository(path: string): Repository | undefined {
  for (let top = path; ; top = dirname(top)) {
    const folder = gitFolderOf(join(top, '.git'));
    if (folder !== undefined) return { top, folder, common: commonOf(folder) };
    if (dirname(top) === top) return undefined;
  }
}

/** `.git` of the folder itself while it is one, also when `git init` is not done with it yet. */
export function ownGitFolder(path: string): string | undefined {
  const folder = join(path, '.git');
  return isFolder(folder) ? folder : undefined;
}

/** The branch that is checked out, or the first eight digits of the commit. Undefined when HEAD cannot be read. */
export function readBranch({ folder }: Repository): string | undefined {
  const head = readSmallFile(join(folder, 'HEAD'))?.trim();
  if (head === undefined) return undefined;
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  return branch ?? (/^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 8) : undefined);
}

/** `.git` is a folder, or a file that names one: worktrees and submodules. */
function gitFolderOf(path: string): string | undefined {
  const named = /^gitdir: (.+)$/m.exec(readSmallFile(path) ?? '')?.[1];
  const folder = named === undefined ? path : resolve(dirname(path), named.trim());
  return isFolder(folder) && readSmallFile(join(folder, 'HEAD')) !== undefined ? folder : undefined;
}

function commonOf(folder: string): string {
  const common = readSmallFile(join(folder, 'commondir'))?.trim();
  if (common === undefined) return folder;
  return isAbsolute(common) ? common : join(folder, common);
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
