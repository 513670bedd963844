import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDisk } from '#server/kernel/disk.ts';
import { createLog } from '#server/kernel/log.ts';
import { canMount, mountDisk, unmountDisk } from '#server/kernel/testing/small-disk.ts';
import BetterSqlite3 from 'better-sqlite3';
import { begin, keepTrack } from './testing/begin.ts';
import { entryOf, makeFolder, openIndexing, putFiles } from './testing/open-indexing.ts';

const smallDaemon = new URL('./testing/small-daemon.ts', import.meta.url);
const awkward = new URL('./testing/awkward-thread.ts', import.meta.url);

/** Files of `lines` definitions each, with names that tell them apart. */
function manyFiles(count: number, lines = 200): Record<string, string> {
  const body = (at: number) =>
    Array.from(
      { length: lines },
      (_, line) => `def word_${at}_${line}(value):\n    return value + ${line}\n`,
    ).join('\n');
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`src/f${at}.py`, body(at)]));
}

/** Index again what is in `home`, as the next daemon does. */
async function nextDaemon(home: string, root: string, id: string) {
  const room = openIndexing({ home });
  room.open(entryOf(root, { id }));
  room.indexing.start();
  await room.is(id, 'watching');
  return room;
}

test('a daemon that starts again takes up nothing when nothing changed, and what changed meanwhile', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n', 'b.py': 'beta = 1\n', 'c.py': 'gamma = 1\n' });
  await room.is(id, 'watching');
  await room.indexing.stop();
  const same = await nextDaemon(room.home, root, id);
  expect(same.changed).toEqual([]);
  expect(same.indexing.state(id).indexed.files).toBe(3);
  await same.indexing.stop();
  putFiles(root, { 'b.py': 'delta = 1\n', 'd.py': 'epsilon = 1\n' });
  rmSync(join(root, 'c.py'));
  const next = await nextDaemon(room.home, root, id);
  await next.seen(() => next.changed.length >= 3);
  expect(next.changed.toSorted()).toEqual(['b.py', 'c.py', 'd.py']);
  expect(next.find(id, 'alpha OR beta OR gamma OR delta OR epsilon')).toEqual(['a.py', 'b.py', 'd.py']);
  await next.indexing.stop();
});

test('a daemon killed in the middle leaves a sound index, and the next one does the rest only', async () => {
  const root = keepTrack(makeFolder(manyFiles(400, 300)));
  const home = keepTrack(makeFolder());
  const id = ulid();
  const child = fork(smallDaemon, [home, root, id]);
  const [{ files: before }] = await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(400);
  const next = await nextDaemon(home, root, id);
  expect(next.indexing.state(id).indexed).toMatchObject({ files: 400, chunks: expect.any(Number) });
  const again = next.indexing.state(id).indexed;
  next.read(id, (index) => {
    expect(index.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(index.prepare('select count(*) from chunks').pluck().get()).toBe(again.chunks);
    expect(index.prepare('select sum(lines) from files').pluck().get()).toBe(again.lines);
  });
  expect(next.find(id, '"word 399 299"')).toEqual(['src/f399.py']);
  expect(next.written()).toBeLessThanOrEqual(400 - before);
  await next.indexing.stop();
});

test('a pause stops in the middle, outlives a restart, and goes on where it was', async () => {
  const { root, room, id } = begin(manyFiles(300, 300));
  await room.seen(() => room.written() > 0);
  const paused = await room.indexing.pause(id);
  expect(paused.status).toBe('paused');
  expect(paused.indexed.files).toBeLessThan(300);
  putFiles(root, { 'late.py': 'late = 1\n' });
  await room.indexing.stop();
  const next = openIndexing({ home: room.home, database: room.database });
  next.open(entryOf(root, { id }));
  next.indexing.start();
  expect(next.indexing.state(id)).toMatchObject({ status: 'paused', indexed: paused.indexed });
  next.indexing.resume(id);
  await next.is(id, 'watching');
  expect(next.indexing.state(id).indexed.files).toBe(301);
  expect(next.written()).toBe(301 - paused.indexed.files);
  await next.indexing.stop();
});

test('an index that is built anew answers from the old one until it is complete', async () => {
  const { root, room, id } = begin(manyFiles(60));
  await room.is(id, 'watching');
  const before = statSync(room.indexing.path(id)).ino;
  await room.indexing.rebuild(id);
  expect(room.find(id, '"word 59 199"')).toEqual(['src/f59.py']);
  putFiles(root, { 'src/f0.py': 'edited = 1\n' });
  await room.seen(() => room.find(id, 'edited').length === 1);
  await room.is(id, 'watching');
  expect(statSync(room.indexing.path(id)).ino).not.toBe(before);
  await room.seen(() => room.find(id, 'edited').length === 1);
  expect(room.files().filter((name) => name.includes('next'))).toEqual([]);
});

test('an index of another version answers until one of this version is there', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n' });
  await room.is(id, 'watching');
  await room.indexing.stop();
  const old = new BetterSqlite3(room.indexing.path(id));
  old.pragma('user_version = 99');
  old.close();
  const next = await nextDaemon(room.home, root, id);
  expect(next.read(id, (index) => index.pragma('user_version', { simple: true }))).not.toBe(99);
  expect(next.find(id, 'alpha')).toEqual(['a.py']);
  await next.indexing.stop();
});

test.each(['nothing like a database', ''])(
  'a file that is no index (%j) is replaced by one',
  async (content) => {
    const { root, room, id } = begin({ 'a.py': 'alpha = 1\n' });
    await room.is(id, 'watching');
    await room.indexing.stop();
    writeFileSync(room.indexing.path(id), content.repeat(1000));
    const next = await nextDaemon(room.home, root, id);
    expect(next.find(id, 'alpha')).toEqual(['a.py']);
    await next.indexing.stop();
  },
);

test('an index whose pages are damaged is moved aside and made again at the next change', async () => {
  const { root, room, id } = begin(manyFiles(20));
  await room.is(id, 'watching');
  await room.indexing.stop();
  const path = room.indexing.path(id);
  const { size } = statSync(path);
  const damaged = Buffer.alloc(size - 4096, 0x5a);
  const whole = new BetterSqlite3(path);
  whole.pragma('wal_checkpoint(TRUNCATE)');
  whole.close();
  const handle = await open(path, 'r+');
  await handle.write(damaged, 0, damaged.length, 4096);
  await handle.close();
  putFiles(root, { 'src/f1.py': 'mended = 1\n' });
  const next = await nextDaemon(room.home, root, id);
  expect(next.find(id, 'mended')).toEqual(['src/f1.py']);
  expect(next.indexing.state(id).indexed.files).toBe(20);
  expect(existsSync(`${path}.damaged`)).toBe(true);
  await next.indexing.stop();
});

test('an index that a reader finds damaged is made again, once, and not while it is paused', async () => {
  const { room, id } = begin({ 'a.py': 'alpha = 1\n' });
  await room.is(id, 'watching');
  const path = room.indexing.path(id);
  await room.indexing.pause(id);
  await room.indexing.replaceDamaged(id);
  expect(room.indexing.state(id)).toMatchObject({ status: 'paused', indexed: { files: 0 } });
  expect(existsSync(path)).toBe(false);
  expect((await room.indexing.routes.request(`/retrieval/${id}/index/problems`)).status).toBe(200);
  room.indexing.resume(id);
  await room.is(id, 'watching');
  await Promise.all([room.indexing.replaceDamaged(id), room.indexing.replaceDamaged(id)]);
  await room.is(id, 'watching');
  expect(room.find(id, 'alpha')).toEqual(['a.py']);
});

test('an index that somebody deletes is made again when the next file changes', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n', 'b.py': 'beta = 1\n' });
  await room.is(id, 'watching');
  for (const name of room.files()) rmSync(join(room.home, 'indexes', name));
  putFiles(root, { 'b.py': 'gamma = 1\n' });
  await room.seen(() => existsSync(room.indexing.path(id)) && room.paths(id).length === 2);
  expect(room.find(id, 'alpha OR gamma')).toEqual(['a.py', 'b.py']);
});

test('an index that somebody deletes is made again when a reader misses it', async () => {
  const { room, id } = begin({ 'a.py': 'alpha = 1\n', 'b.py': 'beta = 1\n' });
  await room.is(id, 'watching');
  for (const name of room.files()) rmSync(join(room.home, 'indexes', name));
  await room.indexing.replaceDamaged(id);
  await room.is(id, 'watching');
  expect(room.find(id, 'alpha OR beta')).toEqual(['a.py', 'b.py']);
});

test('a folder that is gone is said to be, keeps its index, and goes on when it is back', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n' });
  await room.is(id, 'watching');
  renameSync(root, `${root}-away`);
  const state = await room.is(id, 'failed');
  expect(state.error).toContain('is not there');
  expect(room.find(id, 'alpha')).toEqual(['a.py']);
  renameSync(`${root}-away`, root);
  putFiles(root, { 'b.py': 'beta = 1\n' });
  await room.seen(() => room.find(id, 'beta').length === 1);
  expect(room.indexing.state(id).error).toBe(null);
});

test('a file that hangs or bursts the thread is left out with the reason, once, and the rest is indexed', async () => {
  const files = { 'a.py': 'alpha', 'm.py': 'please hang', 'n.py': 'please burst', 'z.py': 'omega' };
  const { root, room, id } = begin(files, { script: awkward });
  await room.is(id, 'watching');
  expect(room.paths(id)).toEqual(['a.py', 'z.py']);
  const reasons = room.read(id, (index) =>
    index.prepare("select path, reason from files where status = 'failed' order by 1").all(),
  );
  expect(reasons).toEqual([
    { path: 'm.py', reason: expect.stringContaining('longer than 8 s') },
    { path: 'n.py', reason: expect.stringContaining('memory') },
  ]);
  putFiles(root, { 'm.py': 'mended' });
  await room.seen(() => room.find(id, 'mended').length === 1);
});

describe.runIf(canMount())('on a disk that is really full', () => {
  let home: string;
  beforeEach(() => {
    home = mountDisk(4);
  });
  afterEach(() => unmountDisk(home));

  test('what was indexed is still found, it is said why no more is, and it goes on when there is room', async () => {
    const log = createLog({ level: 'error' });
    const { freeBytes } = createDisk({ home, log });
    const told: string[] = [];
    const disk = { freeBytes, reportFull: () => void told.push('full') };
    const { root, room, id } = begin({ 'a.py': 'alpha = 1\n' }, { home, disk });
    await room.is(id, 'watching');
    putFiles(root, manyFiles(150));
    const state = await room.is(id, 'failed');
    expect(state.error).toMatch(/disk is full/);
    expect(told).toContain('full');
    expect(room.find(id, 'alpha')).toEqual(['a.py']);
    execFileSync('mount', ['-o', 'remount,size=300m', home]);
    await room.is(id, 'watching');
    expect(room.indexing.state(id).indexed.files).toBe(151);
    room.read(id, (index) => expect(index.pragma('integrity_check', { simple: true })).toBe('ok'));
    await room.indexing.stop();
  });
});
