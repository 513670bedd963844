import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { openTestEngines, pidOf, type TestEngines } from '#server/worker/testing/engines.ts';
import { entryOf, makeFolder, putFiles } from './indexing/testing/open-indexing.ts';
import { builtInEmbedder, embedderEntry, makeTinyEmbedder, openVectors } from './testing/open-vectors.ts';

const FILES = {
  'bank.py':
    'def transfer(sender, receiver, amount):\n    sender.balance -= amount\n    receiver.balance += amount\n',
  'zoo.py': 'def feed(cat):\n    """Give the kitten its food."""\n    cat.hungry = False\n    return cat\n',
  'net.py': 'def connect(host, port):\n    socket = open_socket(host, port)\n    return socket\n',
};

let engines: TestEngines;
let tiny: string;
let folder: string;
let room: ReturnType<typeof openVectors>;
const left: string[] = [];

beforeAll(() => {
  engines = openTestEngines();
  tiny = makeFolder();
  makeTinyEmbedder(join(tiny, 'tiny'));
});
afterAll(async () => {
  await engines.close();
  rmSync(tiny, { recursive: true });
  for (const path of left) rmSync(path, { recursive: true, force: true });
});
afterEach(async () => {
  await room.end({ keepEngines: true });
  left.push(room.indexed.home, folder);
});

async function openFolder(
  { held = false, ...options }: Parameters<typeof openVectors>[0] & { held?: boolean } = {},
  files: Record<string, string> = FILES,
) {
  folder = makeFolder(files);
  room = openVectors({ engines, ...options });
  const entry = entryOf(folder);
  if (held) await room.vectors.pause(entry.id);
  await room.open(entry);
  return entry;
}

const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `part${at}.py`,
      `def step${at}(value):\n    return value + ${at}\n`,
    ]),
  );

describe('vectors of a workspace', () => {
  it('find by meaning what no word of the question names', async () => {
    const { id } = await openFolder();
    const state = await room.is(id, 'ready');
    expect(state).toMatchObject({ done: 3, total: 3, error: null, embedder: { dimensions: 384 } });
    const [first] = await room.ask(id, 'moving money between two accounts', 1);
    expect(first).toContain('transfer');
    expect(room.vectors.weight(id)).toBe(0.1);
  });

  it('follow an edit, and keep those of what did not change', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    putFiles(folder, { 'net.py': 'def bake(bread):\n    oven.heat(220)\n    return oven.bake(bread)\n' });
    await room.indexed.seen(() => room.indexed.changed.includes('net.py'));
    room.vectors.update(id);
    for (;;) {
      await room.is(id, 'ready');
      const [first] = await room.ask(id, 'a loaf in the kitchen', 1);
      if (first?.includes('bake')) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('are there again after a restart without a model being asked', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    const { home } = room.indexed;
    await room.end({ keepEngines: true });
    await engines.pool.unload('all-MiniLM-L6-v2');
    room = openVectors({ engines, home });
    await room.open(entryOf(folder, { id }));
    expect(await room.is(id, 'ready')).toMatchObject({ done: 3, total: 3 });
    expect(engines.pool.list()).toEqual([]);
  });

  it('are made again when their folder is deleted, and searches go on meanwhile', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    rmSync(join(room.indexed.home, 'vectors'), { recursive: true });
    expect(
      await room.vectors.nearest(
        id,
        Array.from({ length: 384 }, () => 0.05),
        3,
      ),
    ).toEqual([]);
    room.vectors.update(id);
    await room.is(id, 'waiting');
    await room.is(id, 'ready');
    expect((await room.ask(id, 'moving money between two accounts', 1))[0]).toContain('transfer');
  });

  it('are made again when their table is damaged', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    const { home } = room.indexed;
    await room.end({ keepEngines: true });
    const vectors = join(home, 'vectors');
    const [table] = readdirSync(vectors).filter((name) => name.endsWith('.lance'));
    for (const file of readdirSync(join(vectors, table!, 'data'))) {
      writeFileSync(join(vectors, table!, 'data', file), 'nonsense');
    }
    room = openVectors({ engines, home });
    await room.open(entryOf(folder, { id }));
    await room.is(id, 'ready');
    expect((await room.ask(id, 'moving money between two accounts', 1))[0]).toContain('transfer');
  });

  it('of another embedder with other dimensions take over only when they are complete', async () => {
    const models = [builtInEmbedder(), embedderEntry('tiny', join(tiny, 'tiny'))];
    const { id } = await openFolder({ models });
    await room.is(id, 'ready');
    const seen: number[] = [];
    const stop = room.vectors.follow(() => {
      if (room.vectors.state(id).status !== 'ready') seen.push(Number(room.vectors.isReady(id)));
    });
    await room.vectors.choose('tiny');
    for (;;) {
      const { embedder } = await room.is(id, 'ready');
      if (embedder?.id === 'tiny') break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).not.toContain(0);
    expect(room.vectors.state(id).embedder?.dimensions).not.toBe(384);
    expect((await room.ask(id, 'anything', 3)).length).toBe(3);
    expect(
      readdirSync(join(room.indexed.home, 'vectors')).filter((name) => name.endsWith('.lance')),
    ).toHaveLength(1);
  });

  it('are none when nobody wants them, and the state says so', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    await room.vectors.choose('none');
    expect(await room.is(id, 'none')).toMatchObject({ error: null });
    expect(room.vectors.isReady(id)).toBe(false);
    expect(await room.ask(id, 'money')).toEqual([]);
    await expect(room.vectors.choose('nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('say what the engine said when a model cannot be loaded', async () => {
    const broken = makeFolder({ 'config.json': '{"model_type": "bert"}' });
    left.push(broken);
    await engines.pool.unload('all-MiniLM-L6-v2');
    const { id } = await openFolder({ models: [embedderEntry('all-MiniLM-L6-v2', broken)] });
    const { error } = await room.is(id, 'failed');
    expect(error).toMatch(/all-MiniLM-L6-v2|config|model/);
    await engines.pool.unload('all-MiniLM-L6-v2');
  });

  it('stop at once when paused and go on where they were', async () => {
    const { id } = await openFolder({ held: true }, many(200));
    room.vectors.resume(id);
    await room.is(id, 'running');
    await room.vectors.pause(id);
    const paused = room.vectors.state(id);
    expect(paused.status).toBe('paused');
    room.vectors.update(id);
    expect(room.vectors.state(id).status).toBe('paused');
    room.vectors.resume(id);
    expect(await room.is(id, 'ready')).toMatchObject({ done: 200, total: 200 });
  });

  it('go on when the engine is killed in the middle', async () => {
    const { id } = await openFolder({ held: true }, many(200));
    room.vectors.resume(id);
    await room.is(id, 'running');
    process.kill(pidOf(engines.pool, 'all-MiniLM-L6-v2'), 'SIGKILL');
    expect(await room.is(id, 'ready')).toMatchObject({ done: 200, total: 200 });
  });

  it('of a small folder do not wait for those of a large one, which then goes on', async () => {
    const { id } = await openFolder({ held: true, turnMs: 0 }, many(400));
    const small = makeFolder({ 'bread.py': 'def bake(bread):\n    return oven.bake(bread)\n' });
    left.push(small);
    const other = entryOf(small);
    room.vectors.resume(id);
    await room.is(id, 'running');
    await room.open(other);
    expect(await room.is(other.id, 'ready')).toMatchObject({ done: 1, total: 1 });
    const { status, done } = room.vectors.state(id);
    expect(status).not.toBe('ready');
    expect(done).toBeLessThan(400);
    expect(await room.is(id, 'ready')).toMatchObject({ done: 400, total: 400 });
  });

  it('are kept when a file moves', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    await engines.pool.unload('all-MiniLM-L6-v2');
    mkdirSync(join(folder, 'money'));
    renameSync(join(folder, 'bank.py'), join(folder, 'money', 'transfers.py'));
    await room.indexed.seen(() => room.indexed.changed.includes('money/transfers.py'));
    const moved = room.indexed.read(id, (index) =>
      String(
        index.prepare("select text_hash from chunks where header like 'money/transfers.py%'").pluck().get(),
      ),
    );
    room.vectors.update(id);
    while ((await room.vectors.vectorsOf(id, [moved])).size === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await room.is(id, 'ready');
    expect(engines.pool.list().map(({ modelId }) => modelId)).not.toContain('all-MiniLM-L6-v2');
    expect(await room.ask(id, 'moving money between two accounts', 1)).toEqual([
      expect.stringContaining('money/transfers.py'),
    ]);
  });

  it('are taken over from another workspace with the same text', async () => {
    const { id } = await openFolder();
    await room.is(id, 'ready');
    const copy = makeFolder(FILES);
    left.push(copy);
    await engines.pool.unload('all-MiniLM-L6-v2');
    const other = entryOf(copy);
    await room.open(other);
    expect(await room.is(other.id, 'ready')).toMatchObject({ done: 3, total: 3 });
  });

  it('leave out a file that changed since it was indexed', async () => {
    const models: ModelEntry[] = [];
    const { id } = await openFolder({ models });
    expect((await room.is(id, 'none')).error).toContain('all-MiniLM-L6-v2');
    await room.indexed.indexing.pause(id);
    putFiles(folder, { 'net.py': 'def other():\n    return nothing_of_before\n' });
    models.push(builtInEmbedder());
    room.vectors.update(id);
    expect(await room.is(id, 'ready')).toMatchObject({ done: 2, total: 3, error: null });
    expect((await room.ask(id, 'open a network connection')).join()).not.toContain('connect');
  });
});
