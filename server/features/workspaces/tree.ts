import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type IgnoreRules, readRules } from '#server/files/ignore-rules.ts';
import { languageOf } from '#server/files/language-of.ts';
import { AppError } from '#server/kernel/errors.ts';
import { resolveInside } from '#server/kernel/paths.ts';
import type { ProjectFile, TreeEntry } from './contract.ts';

/** Entries of one folder that are shown. */
const MOST_ENTRIES = 2000;

/**
 * One level of a workspace's tree: folders first, then by name. What an ignore rule leaves out is there and marked.
 * Errors: those of `resolveInside`; invalid_request for what is no folder.
 */
export async function listTree(
  root: string,
  path: string,
  project: ProjectFile,
): Promise<{ entries: TreeEntry[]; truncated: boolean }> {
  const folder = await resolveInside(root, path === '' ? '.' : path);
  const found = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ENOTDIR') throw new AppError('invalid_request', `${path} is not a folder.`, { cause });
    throw new AppError('forbidden', `${path} cannot be read with your permissions.`, { cause });
  });
  const sorted = found.sort(
    (a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || byName.compare(a.name, b.name),
  );
  const rules = readRules(root, project);
  const shown = sorted.slice(0, MOST_ENTRIES);
  const entries = await Promise.all(shown.map(async (entry) => describe(entry, { root, path, rules })));
  return { entries, truncated: sorted.length > MOST_ENTRIES };
}

async function describe(
  entry: Dirent,
  { root, path, rules }: { root: string; path: string; rules: IgnoreRules },
): Promise<TreeEntry> {
  const inside = path === '' ? entry.name : `${path}/${entry.name}`;
  const kind = kindOf(entry);
  const found = kind === 'file' ? await lstat(join(root, inside)).catch(() => undefined) : undefined;
  return {
    ...{ name: entry.name, path: inside, kind },
    size: found?.size ?? null,
    ignored: rules.ignores(inside, kind === 'folder'),
    language: kind === 'file' ? languageOf(inside) : null,
  };
}

function kindOf(entry: Dirent): TreeEntry['kind'] {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
