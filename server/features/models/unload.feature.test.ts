import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../../e2e/daemon.ts';

let daemon: Daemon;
let call: (path: string, body?: unknown) => Promise<any>;

beforeAll(async () => {
  daemon = await startDaemon({ home: mkdtempSync(join(tmpdir(), 'mlx-code-unload-')) });
  call = await signIn(daemon);
});

afterAll(async () => {
  await daemon.kill('SIGTERM');
  rmSync(daemon.home, { recursive: true, force: true });
});

describe.runIf(process.platform === 'linux')('unloading', () => {
  it('returns all memory: the process is gone, and the daemon is as large as before', async () => {
    // The first rounds bring in what stays: compiled functions, the spare engine, a heap of the size it needs.
    await rounds(3);
    const before = await rounds(3);
    const after = await rounds(3);
    for (const { engine, left } of after) expect(left).not.toContain(engine);
    // Garbage that is not collected yet is no loss: what rounds leave for good is in the smallest of several.
    const growth = smallest(after, 'daemonBytes') - smallest(before, 'daemonBytes');
    // Were a model's memory kept in any of three rounds, its whole size were left.
    expect(growth).toBeLessThan(smallest(after, 'engineBytes') / 2);
  });
});

interface Round {
  engine: number;
  engineBytes: number;
  /** Engines that are there afterwards. */
  left: number[];
  daemonBytes: number;
}

async function rounds(count: number): Promise<Round[]> {
  const done: Round[] = [];
  while (done.length < count) done.push(await loadAndUnload());
  return done;
}

function smallest(of: Round[], figure: 'engineBytes' | 'daemonBytes'): number {
  return Math.min(...of.map((round) => round[figure]));
}

async function loadAndUnload(): Promise<Round> {
  const spares = engines();
  await call('/models/load', { model_id: 'guide' });
  await until(async () => (await resident())?.state === 'ready');
  // The spare of before is the engine now, or a fresh one where there was none.
  const engine = engines().find((pid) => spares.length === 0 || spares.includes(pid)) ?? 0;
  expect(engine).toBeGreaterThan(0);
  const engineBytes = residentBytes(engine);
  await until(async () => engines().length === 2);
  expect(await call('/models/unload', { model_id: 'guide' })).toEqual({ unloaded: true });
  expect(await resident()).toBeUndefined();
  return { engine, engineBytes, left: engines(), daemonBytes: residentBytes(daemon.pid) };
}

async function resident(): Promise<{ state: string } | undefined> {
  return (await call('/models')).resident.find((one: { model_id: string }) => one.model_id === 'guide');
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 60_000;
  while (!(await holds())) if (Date.now() > limit) throw new Error('it did not come to hold within a minute');
}

function engines(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];
      return (
        Number(stat[1]) === daemon.pid && stat[0] !== 'Z' && readProc(pid, 'cmdline').includes('mlx_worker')
      );
    })
    .map(Number);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(String(pid), 'status'))?.[1]) * 1024;
}

async function signIn({ url, link }: Daemon): Promise<typeof call> {
  const headers: Record<string, string> = {
    origin: url,
    'x-mlx-code': '1',
    'content-type': 'application/json',
  };
  const answer = await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token: new URL(link).hash.replace('#token=', '') }),
  });
  headers.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const found = await fetch(`${url}/api${path}`, { ...init, headers });
    return found.json();
  };
}
