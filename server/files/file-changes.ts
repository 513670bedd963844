import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { IgnoreRules } from './ignore-rules.ts';

/** `removed` may name a folder: then everything below it is gone. */
export interface FileChange {
  path: string;
  kind: 'changed' | 'removed';
}

/** From here on the folder is walked: the system drops what it cannot queue without saying so. */
export const MOST_CHANGES = 4000;
const RULE_FILES = /(^|\/)\.gitignore$|^\.mlx-code\.json$/;

/** What is at `paths` after something happened to them. Links and special files count as removed. */
export function collectChanges(root: string, rules: IgnoreRules, paths: string[]) {
  const changes: FileChange[] = [];
  const folders: string[] = [];
  const rulesChanged = paths.some((path) => RULE_FILES.test(path));
  if (paths.length > MOST_CHANGES) return { changes, folders, rulesChanged, rescan: true };
  for (const path of paths) {
    const found = look(join(root, path));
    const isFolder = found?.isDirectory() ?? false;
    if (rules.ignores(path, isFolder)) continue;
    if (isFolder) folders.push(path);
    else changes.push({ path, kind: found?.isFile() ? 'changed' : 'removed' });
  }
  return { changes, folders, rulesChanged, rescan: false };
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Below a folder that can no longer be entered.
    return undefined;
  }
}
