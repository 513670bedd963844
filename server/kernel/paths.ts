import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, resolve, sep } from 'node:path';
import { AppError, systemCode } from './errors.ts';

/** Folders that nobody may choose: the person's home itself, the data folder, and what lies in or above it. */
export interface ForbiddenFolders {
  userHome: string;
  home: string;
}

/**
 * The real path of a folder a person chose.
 * Errors: invalid_request (not absolute, not a folder), not_found, forbidden (the home folder, the data folder, /).
 */
export async function approveRoot(path: string, forbidden: ForbiddenFolders): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new AppError(
      'invalid_request',
      'Give the whole path of the folder, starting at the root of the disk.',
    );
  }
  const real = await realpath(path).catch((cause: unknown) => {
    throw refuse(cause, path);
  });
  if (!(await stat(real)).isDirectory()) throw new AppError('invalid_request', `${path} is not a folder.`);
  const userHome = await realpath(forbidden.userHome).catch(() => resolve(forbidden.userHome));
  const home = await realpath(forbidden.home).catch(() => resolve(forbidden.home));
  if (real === parse(real).root || isInside(real, userHome)) {
    throw new AppError('forbidden', `${path} holds your whole home folder. Choose a folder inside it.`);
  }
  if (isInside(home, real) || isInside(real, home)) {
    throw new AppError('forbidden', `${path} holds MLX Code's own data. Choose another folder.`);
  }
  return real;
}

/** Whether `path` is `root` or lies below it; both absolute and real. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/**
 * The real path of something inside an approved root; links that lead outside are refused.
 * Errors: forbidden, not_found, invalid_request.
 */
export async function resolveInside(root: string, relative: string): Promise<string> {
  if (relative.includes('\0') || isAbsolute(relative)) {
    throw new AppError('invalid_request', 'A path inside a folder is relative to it and holds no NUL.');
  }
  const wanted = join(root, relative);
  if (!isInside(root, wanted)) throw escape(relative);
  const real = await realpath(wanted).catch((cause: unknown) => {
    throw refuse(cause, relative);
  });
  if (!isInside(await realpath(root), real)) throw escape(relative);
  return real;
}

/**
 * Opens a file inside an approved root. The last component is never a link, and what was opened is held
 * against the path once more, so a link swapped in meanwhile is refused.
 * Errors: forbidden, not_found, invalid_request.
 */
export async function openInside(root: string, relative: string): Promise<FileHandle> {
  const real = await resolveInside(root, relative);
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(real, flags).catch((cause: unknown) => {
    throw refuse(cause, relative);
  });
  try {
    if (!(await handle.stat()).isFile()) throw new AppError('invalid_request', `${relative} is not a file.`);
    if (!isInside(await realpath(root), await openedPath(handle, root, relative))) throw escape(relative);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * As `openInside`, without waiting: for threads beside the one that serves, where it is ten times as fast. `root` is a
 * real path; whoever asked closes the descriptor. Errors: as `openInside`.
 */
export function openInsideSync(root: string, relative: string): number {
  if (relative.includes('\0') || isAbsolute(relative) || !isInside(root, join(root, relative))) {
    throw escape(relative);
  }
  const opened = atOnce(relative, () => {
    const real = realpathSync.native(join(root, relative));
    if (!isInside(root, real)) throw escape(relative);
    return openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  });
  try {
    if (!fstatSync(opened).isFile()) throw new AppError('invalid_request', `${relative} is not a file.`);
    if (!isInside(root, openedPathSync(opened, root, relative))) throw escape(relative);
    return opened;
  } catch (error) {
    closeSync(opened);
    throw error;
  }
}

function openedPathSync(opened: number, root: string, relative: string): string {
  if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${opened}`);
  return atOnce(relative, () => {
    const real = realpathSync.native(join(root, relative));
    const [held, named] = [fstatSync(opened), lstatSync(real)];
    if (named.ino !== held.ino || named.dev !== held.dev) throw escape(relative);
    return real;
  });
}

function atOnce<Answer>(relative: string, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (cause) {
    throw cause instanceof AppError ? cause : refuse(cause, relative);
  }
}

/** Where an open file really lies. Linux tells; elsewhere the path has to name the same file once more. */
async function openedPath(handle: FileHandle, root: string, relative: string): Promise<string> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${handle.fd}`);
  const real = await resolveInside(root, relative);
  const [opened, named] = [await handle.stat(), await lstat(real)];
  const same = named.ino === opened.ino && named.dev === opened.dev && (await realpath(real)) === real;
  if (!same) throw escape(relative);
  return real;
}

function escape(relative: string): AppError {
  return new AppError('forbidden', `${relative} leads outside the folder it was looked for in.`);
}

function refuse(cause: unknown, path: string): AppError {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError('not_found', `${path} does not exist.`, { cause });
  if (code === 'ELOOP') return new AppError('forbidden', `${path} is a link.`, { cause });
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError('forbidden', `${path} cannot be read with your permissions.`, { cause });
  }
  return new AppError('invalid_request', `${path} cannot be used as a path.`, { cause });
}
