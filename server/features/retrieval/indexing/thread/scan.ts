import { readRules } from '#server/files/ignore-rules.ts';
import { type FoundFile, walk } from '#server/files/walk.ts';
import type { FileChange, IndexWriter } from '../index-writer-store.ts';
import type { KnownFile } from '../index-statements-store.ts';
import { Batch } from './batch.ts';
import { resolveAll } from './imports.ts';
import { takeFile } from './take-file.ts';
import type { Run } from './run.ts';

/** From so many written files on, the parts of the word index are worth merging at once. */
const MERGE_FROM = 200;

/**
 * Looks at every file of the folder and takes up what is not as the index knows it. Answers with how many files it wrote.
 * Errors: Stopped, MissingFolder, those of SQLite. What was committed before stays; the next scan goes on from there.
 */
export async function scan(run: Run): Promise<number> {
  const { writer } = run;
  const differences = await lookThrough(run);
  if (differences.changed.length + differences.settled.length > 0) writer.setFact('imports', 'pending');
  const written = await takeUp(run, differences);
  if (writer.fact('imports') === 'pending') {
    await resolveAll(writer, run.resolveImport, run.breathe);
    writer.setFact('imports', 'done');
  }
  if (written >= MERGE_FROM) await mergeWords(writer, run.breathe);
  writer.setFact('complete', String(Date.now()));
  return written;
}

interface Differences {
  /** To be read. */
  changed: FoundFile[];
  /** Known without reading: what vanished, and what could not be looked at. */
  settled: FileChange[];
  known: Map<string, KnownFile>;
}

async function lookThrough(run: Run): Promise<Differences> {
  const { root, include, exclude } = run.place;
  const known = run.writer.known();
  const gone = new Set(known.keys());
  const changed: FoundFile[] = [];
  const settled: FileChange[] = [];
  const onProblem = (path: string, reason: string) => {
    if (path === '') return;
    gone.delete(path);
    if (known.get(path)?.status === 'skipped') return;
    settled.push({ kind: 'skipped', file: unseen(path), reason });
  };
  let seen = 0;
  run.needFolder();
  for await (const file of walk(root, readRules(root, { include, exclude }), { onProblem })) {
    gone.delete(file.path);
    if (!isAsKnown(known.get(file.path), file)) changed.push(file);
    seen += 1;
    if (seen % 256 === 0) {
      await run.breathe();
      run.report({ phase: 'scanning', done: seen, total: null });
    }
  }
  // A disk that was taken away in the middle looks like a folder without files.
  run.needFolder();
  for (const path of gone) settled.push({ kind: 'gone', path });
  return { changed, settled, known };
}

async function takeUp(run: Run, { changed, settled, known }: Differences): Promise<number> {
  const batch = new Batch(run.writer, run.wrote);
  // What an update in between reads is newer than what waits here.
  run.beforeUpdates = () => batch.commit();
  const total = changed.length;
  let done = 0;
  let written = 0;
  run.report({ phase: 'indexing', done, total }, 'at once');
  for (const found of changed) {
    const { path } = found;
    const change = run.updated.has(path) ? undefined : await takeFile(run, found, known.get(path));
    done += 1;
    if (change !== undefined) {
      if (change.kind !== 'touched') written += 1;
      batch.add(change);
    }
    run.report({ phase: 'indexing', done, total });
    await run.breatheNow();
  }
  for (const change of settled) {
    if (run.updated.has(change.kind === 'gone' ? change.path : '')) continue;
    written += 1;
    if (batch.add(change)) await run.breathe();
  }
  batch.commit();
  run.beforeUpdates = () => undefined;
  return written;
}

/** In small steps, so that an edit in between does not wait. */
export async function mergeWords(writer: IndexWriter, breathe: () => Promise<void>): Promise<void> {
  writer.beginMerge();
  do await breathe();
  while (writer.mergeWords());
}

function isAsKnown(known: KnownFile | undefined, { size, modifiedMs }: FoundFile): boolean {
  return known !== undefined && known.size === size && known.modifiedMs === modifiedMs;
}

function unseen(path: string) {
  return { path, size: 0, modifiedMs: 0, hash: null, language: null, lines: 0, isTest: false };
}
