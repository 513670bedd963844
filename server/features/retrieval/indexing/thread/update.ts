import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { FileChange as ChangedPath } from '#server/files/file-changes.ts';
import type { FileChange } from '../index-writer-store.ts';
import { Batch } from './batch.ts';
import { resolveAround } from './imports.ts';
import type { Run } from './run.ts';
import { takeFile } from './take-file.ts';

/**
 * Takes up changes that were heard of; a folder that was removed takes all below it along. Answers with how many files it
 * wrote. Errors: MissingFolder, those of SQLite.
 */
export async function update(run: Run, changes: readonly ChangedPath[]): Promise<number> {
  run.needFolder();
  const changed: string[] = [];
  const appeared: string[] = [];
  const vanished: string[] = [];
  const batch = new Batch(run.writer, run.wrote);
  for (const { path } of changes) {
    const known = run.writer.find(path);
    for (const change of await changesAt(run, path)) {
      if (change.kind === 'gone') vanished.push(change.path);
      else if (change.kind === 'indexed') changed.push(path);
      if (change.kind === 'indexed' && known === undefined) appeared.push(path);
      batch.add(change);
    }
  }
  batch.commit();
  resolveAround(run.writer, run.resolveImport, { changed, appeared, vanished });
  return changed.length + vanished.length;
}

async function changesAt(run: Run, path: string): Promise<FileChange[]> {
  const { writer, place } = run;
  const known = writer.find(path);
  const stat = lstatSync(join(place.root, path), { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) {
    // A folder that is there tells of its files itself.
    const below = stat?.isDirectory() ? [] : writer.below(path);
    const gone = known === undefined ? below : [path, ...below];
    return gone.map((one) => ({ kind: 'gone', path: one }));
  }
  const change = await takeFile(run, { path, size: stat.size, modifiedMs: stat.mtimeMs }, known);
  return change === undefined ? [] : [change];
}
