import { posix } from 'node:path';

/** Where an import stands, and what can be asked about its workspace. Paths are relative to its root, with `/`. */
export interface ImportPlace {
  /** Of the importing file. */
  path: string;
  folder: string;
  /** What the import brings. */
  names: readonly string[];
  hasFile: (path: string) => boolean;
  /** A small file of the workspace, such as `tsconfig.json`; undefined when it cannot be read. */
  read: (path: string) => string | undefined;
  /** Names of the files in a folder, sorted. */
  list: (folder: string) => readonly string[];
}

/** `folder/path` without `.` and `..`; null when it leads out of the workspace. */
export function joinInside(folder: string, path: string): string | null {
  const joined = posix.join(folder, path).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../') || joined.startsWith('/')) return null;
  return joined === '.' ? '' : joined;
}

/** A folder and those it lies in, innermost first; the root is ``. */
export function ancestorsOf(folder: string): string[] {
  const folders: string[] = [];
  for (
    let at = folder;
    at !== '' && at !== '.';
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : ''
  ) {
    folders.push(at);
  }
  return [...folders, ''];
}

/** The first candidate that is a file of the workspace; null when none is. */
export function firstFile(place: ImportPlace, candidates: Iterable<string | null>): string | null {
  for (const candidate of candidates) {
    if (candidate !== null && place.hasFile(candidate)) return candidate;
  }
  return null;
}

/** The nearest of the files named `name` in the folder of the importing file or around it. */
export function nearest(place: ImportPlace, name: string): { folder: string; path: string } | null {
  for (const folder of ancestorsOf(place.folder)) {
    const path = joinInside(folder, name);
    if (path !== null && place.hasFile(path)) return { folder, path };
  }
  return null;
}
