import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Config } from '#server/kernel/config.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import { approveRoot, isInside, resolveInside } from '#server/kernel/paths.ts';
import type { FolderListing } from './contract.ts';

/** Where disks and shares appear. */
const MOUNTS = ['/Volumes', '/media', '/mnt', '/run/media'];
/** What the system keeps there are no files. */
const NO_FILES = ['/proc', '/sys', '/dev'];
const MOST_FOLDERS = 1000;

type Place = Pick<Config, 'userHome' | 'home' | 'workspaceRoots'>;

/**
 * The real path of a folder that a person wants to open; `~` is their home.
 * Errors: invalid_request, not_found, forbidden (home itself, our own data, what the system keeps no files in).
 */
export async function approveWorkspace(path: string, place: Place): Promise<string> {
  const root = await approveRoot(withHome(path, place), place);
  if (NO_FILES.some((folder) => isInside(folder, root))) {
    throw new AppError('forbidden', `${path} is kept by the system and holds no files to work on.`);
  }
  return root;
}

/**
 * The folders in a folder; the person's home when none is named. Only below the home, mounted disks and the folders in
 * `workspace_roots`. Errors: forbidden elsewhere, not_found, invalid_request.
 */
export async function browseFolders(
  { path, hidden }: { path?: string | undefined; hidden?: boolean | undefined },
  place: Place,
): Promise<FolderListing> {
  const roots = await rootsOf(place);
  const folder = await approveBrowsing(withHome(path ?? '~', place), roots);
  const names = await namesIn(folder, hidden ?? false);
  const data = await realpath(place.home).catch(() => place.home);
  const shown = names.slice(0, MOST_FOLDERS).map((name) => join(folder, name));
  const folders = await Promise.all(
    shown.map(async (path) => ({
      ...{ name: basename(path), path, hidden: basename(path).startsWith('.') },
      repository: await lstat(join(path, '.git')).then(
        () => true,
        () => false,
      ),
    })),
  );
  return {
    path: folder,
    parent: roots.some((root) => root.path === folder) ? null : dirname(folder),
    roots,
    folders: folders.filter((found) => found.path !== data),
    truncated: names.length > MOST_FOLDERS,
    refusal: await approveWorkspace(folder, place).then(
      () => null,
      (error: unknown) => toAppError(error).message,
    ),
  };
}

async function approveBrowsing(path: string, roots: FolderListing['roots']): Promise<string> {
  if (!path.startsWith('/') || path.includes('\0')) {
    throw new AppError(
      'invalid_request',
      'Give the whole path of the folder, starting at the root of the disk.',
    );
  }
  for (const root of roots) {
    if (!isInside(root.path, join(path))) continue;
    const found = await resolveInside(
      root.path,
      join(path).slice(root.path.length).replace(/^\//, '') || '.',
    );
    if (!(await stat(found)).isDirectory()) throw new AppError('invalid_request', `${path} is not a folder.`);
    return found;
  }
  const allowed = roots.map((root) => root.path).join(', ');
  const message = `${path} is outside the folders that are shown here (${allowed}). Type its whole path to open it, or add it to workspace_roots in config.json.`;
  throw new AppError('forbidden', message);
}

/** Folders, and links to folders, by name. */
async function namesIn(folder: string, hidden: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('forbidden', `${folder} cannot be read with your permissions.`, { cause });
  });
  const wanted = entries.filter(({ name }) => hidden || !name.startsWith('.'));
  const links = wanted.filter((entry) => entry.isSymbolicLink()).slice(0, MOST_FOLDERS);
  const toFolders = await Promise.all(
    links.map(async ({ name }) => ((await isFolder(join(folder, name))) ? [name] : [])),
  );
  const names = wanted.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return [...names, ...toFolders.flat()].sort(byName.compare);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function rootsOf(place: Place): Promise<FolderListing['roots']> {
  const named = [
    { name: 'Home', path: place.userHome },
    ...place.workspaceRoots.map((path) => ({ name: basename(path) || path, path })),
    ...MOUNTS.map((path) => ({ name: path, path })),
  ];
  const real = await Promise.all(
    named.map(async ({ name, path }) => ({ name, path: await realpath(path).catch(() => '') })),
  );
  const seen = new Set(['']);
  return real.filter(({ path }) => !seen.has(path) && seen.add(path));
}

function withHome(path: string, { userHome }: Place): string {
  return path === '~' || path.startsWith('~/') ? join(userHome, path.slice(1)) : path;
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
