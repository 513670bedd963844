import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_IDLE_MS, MIN_BUDGET_BYTES } from './policy.ts';
import type { LoadProgress } from './pool.ts';
import {
  endless,
  guide,
  guideSmall,
  isAlive,
  openTestEngines,
  pidOf,
  question,
  type TestEngines,
  untilPool,
} from './testing/engines.ts';

let engines: TestEngines;

afterEach(async () => {
  await engines.close();
});

const messages = [{ role: 'user' as const, content: question }];

/** Files of another process tell nobody when they come. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(50);
}

describe('a draft model', () => {
  const draft = { path: guideSmall.path, memoryBytes: 50 * 2 ** 20 };

  it('is loaded beside the other as soon as that is idle, and counted with it', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const alone = await pool.acquire(guide);
    const before = pool.memory().residentBytes;
    const pid = pidOf(pool, 'guide');
    // A model in use keeps what it was loaded with.
    const busy = await pool.acquire({ ...guide, draft });
    expect(busy.client).toBe(alone.client);
    alone.release();
    busy.release();
    const both = await pool.acquire({ ...guide, draft });
    expect(pidOf(pool, 'guide')).not.toBe(pid);
    expect(both.receipt.draft_parameters).toBeLessThan(both.receipt.parameters);
    expect(both.receipt.weights_bytes).toBeGreaterThan(alone.receipt.weights_bytes);
    expect(pool.memory().residentBytes).toBeGreaterThan(before);
    both.release();
    const again = await pool.acquire({ ...guide, draft });
    expect(again.client).toBe(both.client);
    again.release();
  });

  it('is counted before the load: what does not fit with it is refused', async () => {
    engines = openTestEngines({ memoryBudget: 2 * 2 ** 30 });
    const large = { ...draft, memoryBytes: 2 * 2 ** 30 };
    await expect(engines.pool.load({ ...guide, draft: large })).rejects.toMatchObject({
      code: 'insufficient_memory',
    });
  });
});

describe('loading', () => {
  it('loads a model once for all who ask at the same time, and reports progress', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const progress: LoadProgress[] = [];
    const [first, second] = await Promise.all([
      pool.acquire(guide, { onProgress: (report) => progress.push(report) }),
      pool.acquire(guide),
    ]);
    expect(second.client).toBe(first.client);
    expect(first.receipt.context_window).toBeGreaterThan(0);
    expect(progress.map(({ state }) => state)).toEqual(
      expect.arrayContaining(['starting', 'loading', 'ready']),
    );
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(pool.list()).toMatchObject([{ modelId: 'guide', state: 'ready', crashes: 0, error: null }]);
    expect(pool.memory().residentBytes).toBe(pool.list()[0]?.memoryBytes);
  });

  it('refuses what will not fit before anything starts, with the numbers', async () => {
    engines = openTestEngines({ memoryBudget: 1_000 });
    await expect(engines.pool.acquire(guide)).rejects.toMatchObject({
      code: 'insufficient_memory',
      details: { budget_bytes: 1_000, needed_bytes: expect.any(Number) },
    });
    expect(engines.pool.list()).toEqual([]);
    expect(readdirSync(engines.home)).toEqual([]);
  });

  it('refuses a directory that is no model, and leaves nothing behind', async () => {
    engines = openTestEngines();
    const path = join(engines.home, 'empty');
    mkdirSync(path);
    await expect(engines.pool.load({ id: 'empty', path, memoryBytes: 1 })).rejects.toMatchObject({
      code: 'model_invalid',
    });
    expect(engines.pool.list()).toEqual([]);
    expect(engines.pool.memory().residentBytes).toBe(0);
    await engines.pool.load(guide);
  });

  it('ends a load that nobody waits for any more, and only then', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const leaving = new AbortController();
    const first = pool.acquire(guide, { signal: leaving.signal });
    const second = pool.acquire(guide);
    await untilPool(pool, () => pool.list()[0]?.state === 'loading');
    leaving.abort(new Error('changed my mind'));
    await expect(first).rejects.toThrow('changed my mind');
    (await second).release();
    await pool.unload('guide');

    const alone = new AbortController();
    const third = pool.acquire(guide, { signal: alone.signal });
    await untilPool(pool, () => pool.list()[0]?.state === 'loading');
    const pid = pidOf(pool, 'guide');
    alone.abort(new Error('changed my mind'));
    await expect(third).rejects.toThrow('changed my mind');
    await untilPool(pool, () => pool.list().length === 0);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('caches of prompts', () => {
  it('are reserved in the ledger, and end on the disk only as long as they may', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const { client, release } = await pool.acquire(guide);
    const held = pool.list()[0]!;
    expect(held.cacheBytes).toBeGreaterThan(0);
    expect(held.memoryBytes).toBeGreaterThan(held.cacheBytes + held.receipt!.weights_bytes);
    expect(pool.memory().residentBytes).toBeLessThanOrEqual(pool.memory().budgetBytes);
    const prompt = (from: number) => Array.from({ length: 200 }, (_, index) => from + (index % 50));
    const ask = async (row: string, promptTokenIds: number[]) => {
      const events = client.generate({ row, promptTokenIds, sampling: { max_tokens: 4 } });
      for await (const event of events) expect(event.type).toBeTruthy();
      await until(async () => (await pool.promptCaches.bytes()) > 0);
    };
    await ask('one', prompt(300));
    await pool.promptCaches.forget([Buffer.from(Uint32Array.from(prompt(300)).buffer)]);
    expect(await pool.promptCaches.bytes()).toBe(0);

    await ask('two', prompt(400));
    const pid = pidOf(pool, guide.id);
    pool.govern({ keepPromptCaches: false });
    expect(isAlive(pid)).toBe(true);
    release();
    await until(async () => (await pool.promptCaches.bytes()) === 0);
    expect(pool.list()).toEqual([]);
  });
});

describe('memory', () => {
  it('ends the process with unload', async () => {
    engines = openTestEngines();
    await engines.pool.load(guide);
    const pid = pidOf(engines.pool, 'guide');
    expect(await engines.pool.unload('guide')).toBe(true);
    expect(isAlive(pid)).toBe(false);
    expect(engines.pool.list()).toEqual([]);
    expect(engines.pool.memory().residentBytes).toBe(0);
    expect(await engines.pool.unload('guide')).toBe(false);
  });

  it('sends an idle model away for another, and refuses while it is in use', async () => {
    engines = openTestEngines({ memoryBudget: 1_000_000_000 });
    const { pool } = engines;
    const half = { ...guide, memoryBytes: 600_000_000 };
    const lease = await pool.acquire(half);
    const pid = pidOf(pool, 'guide');
    const other = { ...guideSmall, memoryBytes: 999_000_000 };
    await expect(pool.acquire(other)).rejects.toMatchObject({
      code: 'insufficient_memory',
      message: expect.stringContaining('guide'),
    });
    expect(isAlive(pid)).toBe(true);
    lease.release();
    await pool.acquire(other);
    expect(isAlive(pid)).toBe(false);
    expect(pool.list().map(({ modelId }) => modelId)).toEqual(['guide-small']);
  });

  it('ends answers in progress as cancelled when their model is unloaded', async () => {
    engines = openTestEngines();
    const { client } = await engines.pool.acquire(guide);
    const events = client.generate({ row: 'r', messages, sampling: endless });
    await events.next();
    const unloading = engines.pool.unload('guide');
    let last = await events.next();
    while (last.value?.type !== 'finished') last = await events.next();
    expect(last.value.finishReason).toBe('cancelled');
    await unloading;
  });
});

describe('what a person decides', () => {
  const half = { ...guide, memoryBytes: 600_000_000 };
  const other = { ...guideSmall, memoryBytes: 950_000_000 };

  it('keeps a pinned model when another needs its room, until it is unpinned', async () => {
    engines = openTestEngines({ memoryBudget: 1_000_000_000 });
    const { pool } = engines;
    pool.govern({ pinned: new Set(['guide']) });
    await pool.load(half);
    const pid = pidOf(pool, 'guide');
    await expect(pool.acquire(other)).rejects.toMatchObject({
      code: 'insufficient_memory',
      message: expect.stringContaining('Unpin guide'),
    });
    expect(isAlive(pid)).toBe(true);
    pool.govern({ pinned: new Set() });
    await pool.acquire(other);
    expect(isAlive(pid)).toBe(false);
  });

  it('sends idle models away after the chosen time, and pinned ones never', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    pool.govern({ pinned: new Set(['guide']) });
    await pool.load(guide);
    const lease = await pool.acquire(guideSmall);
    pool.govern({ idleMs: 50 });
    const small = () => pool.list().find(({ modelId }) => modelId === 'guide-small');
    expect(small()).toMatchObject({ leavesAt: null, pinned: false });
    lease.release();
    expect(small()?.leavesAt).toBe((small()?.usedAt ?? 0) + 50);
    await untilPool(pool, () => small() === undefined);
    expect(pool.list()).toMatchObject([{ modelId: 'guide', state: 'ready', pinned: true, leavesAt: null }]);
    pool.govern({ pinned: new Set() });
    await untilPool(pool, () => pool.list().length === 0);
  });

  it('makes a smaller budget hold at once, least recently used first', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    await pool.load(guideSmall);
    await pool.load(guide);
    const held = pool.list().find(({ modelId }) => modelId === 'guide')?.memoryBytes ?? 0;
    const budgetBytes = Math.max(MIN_BUDGET_BYTES, held + 1);
    expect(pool.memory().residentBytes).toBeGreaterThan(budgetBytes);
    pool.govern({ budgetBytes });
    await untilPool(pool, () => pool.list().length === 1);
    expect(pool.list()).toMatchObject([{ modelId: 'guide', state: 'ready' }]);
    expect(pool.memory()).toMatchObject({ budgetBytes, residentBytes: held });
    pool.govern({ budgetBytes: null });
    expect(pool.memory().budgetBytes).toBe(pool.memory().defaultBudgetBytes);
  });

  it('refuses a budget that makes no sense or that pinned models have outgrown, changing nothing', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const before = pool.memory();
    for (const budgetBytes of [-1, 0, 1_000, Number.NaN, before.totalBytes + 1]) {
      expect(() => pool.govern({ budgetBytes })).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    }
    for (const idleMs of [-1, Number.NaN, MAX_IDLE_MS + 1]) {
      expect(() => pool.govern({ idleMs })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
    pool.govern({ pinned: new Set(['guide', 'guide-small']) });
    await pool.load(guide);
    await pool.load(guideSmall);
    expect(() => pool.govern({ budgetBytes: MIN_BUDGET_BYTES })).toThrow(
      expect.objectContaining({
        code: 'insufficient_memory',
        message: expect.stringMatching(/Unpin guide or guide-small/),
      }),
    );
    expect(pool.memory()).toMatchObject({ budgetBytes: before.budgetBytes, idleMs: before.idleMs });
    expect(pool.list()).toHaveLength(2);
  });
});

describe('crashes', () => {
  it('fails what waits at once, and loads the model again by itself', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    const lease = await pool.acquire(guide);
    const pid = pidOf(pool, 'guide');
    const events = lease.client.generate({ row: 'r', messages, sampling: endless });
    await events.next();
    process.kill(pid, 'SIGKILL');
    await expect(lease.client.ping()).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(drain(events)).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: expect.stringContaining('SIGKILL'),
    });
    const next = await pool.acquire(guide);
    expect(await next.client.count(messages)).toMatchObject({ tokens: expect.any(Number) });
    expect(pidOf(pool, 'guide')).not.toBe(pid);
    expect(pool.list()).toMatchObject([{ state: 'ready', crashes: 1 }]);
  });

  it('stops after three in ten minutes, says why, and starts again when asked to load', async () => {
    engines = openTestEngines();
    const { pool } = engines;
    for (let crash = 0; crash < 3; crash += 1) {
      (await pool.acquire(guide)).release();
      process.kill(pidOf(pool, 'guide'), 'SIGKILL');
      await untilPool(pool, () => pool.list()[0]?.state !== 'ready');
    }
    await untilPool(pool, () => pool.list()[0]?.state === 'failed');
    await expect(pool.acquire(guide)).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringMatching(/crashed 3 times.*SIGKILL/),
    });
    expect(pool.list()).toMatchObject([{ state: 'failed', pid: null, error: { code: 'engine_failed' } }]);
    expect(pool.memory().residentBytes).toBe(0);
    await pool.load(guide);
    expect(pool.list()).toMatchObject([{ state: 'ready', crashes: 0, error: null }]);
  });

  it('repeats the last words of an engine that cannot start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-code-python-'));
    const python = join(folder, 'python');
    writeFileSync(python, '#!/bin/sh\necho "ModuleNotFoundError: No module named mlx" >&2\nexit 3\n');
    chmodSync(python, 0o700);
    engines = openTestEngines({ python });
    await expect(engines.pool.load(guide)).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('exited with code 3'),
      details: { last_lines: ['ModuleNotFoundError: No module named mlx'] },
    });
    rmSync(folder, { recursive: true });
  });

  it('ends an engine that breaks the protocol', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlx-code-python-'));
    const python = join(folder, 'python');
    const frames = pathToFileURL(join(import.meta.dirname, 'frames.ts')).href;
    const hello = JSON.parse(
      readFileSync(join(import.meta.dirname, 'golden/from_engine/hello.json'), 'utf8'),
    );
    writeFileSync(
      python,
      `#!/bin/sh
exec '${process.execPath}' --input-type=module -e "
import { connect } from 'node:net';
import { encodeFrame } from '${frames}';
const socket = connect(process.argv.at(-1));
const hello = JSON.parse('${JSON.stringify(hello).replaceAll('"', String.raw`\"`)}');
socket.write(encodeFrame({ ...hello, pid: process.pid, token: process.env.MLX_CODE_ENGINE_TOKEN }));
socket.on('data', () => socket.write(encodeFrame({ type: 'step', n: 'many' })));
" -- "$@"\n`,
    );
    chmodSync(python, 0o700);
    engines = openTestEngines({ python });
    await expect(engines.pool.load(guide)).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('broke the protocol'),
    });
    rmSync(folder, { recursive: true });
  });

  it('says so when Python is missing', async () => {
    engines = openTestEngines({ python: '/nowhere/python' });
    await expect(engines.pool.load(guide)).rejects.toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}
