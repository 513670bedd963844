import type { IndexDatabase } from '../../indexing/index-schema-store.ts';
import { type FileRow, indexedFiles } from './file-store.ts';

/**
 * The files that a path written elsewhere may mean: an absolute one, one of another machine, one from a folder further
 * in. By how many of its last segments they share; only the best.
 */
export function filesMeant(index: IndexDatabase, path: string, limit: number): FileRow[] {
  const wanted = path.toLowerCase().split('/').filter(Boolean).reverse();
  let best = 0;
  let found: FileRow[] = [];
  const name = wanted[0];
  if (name === undefined) return [];
  for (const file of indexedFiles(index)) {
    if (!file.lowerPath.endsWith(name)) continue;
    const segments = file.lowerPath.split('/').reverse();
    let shared = 0;
    while (shared < segments.length && segments[shared] === wanted[shared]) shared += 1;
    if (shared === 0 || shared < best) continue;
    if (shared > best) found = [];
    best = shared;
    found.push(file);
  }
  return found.sort((a, b) => a.path.length - b.path.length).slice(0, limit);
}
