import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHome } from './home.ts';

let folder: string;
const umask = process.umask();
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'mlx-code-home-')), 'home');
});
afterEach(() => {
  process.umask(umask);
  rmSync(dirname(folder), { recursive: true, force: true });
});

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const lock = () => JSON.parse(readFileSync(join(folder, 'daemon.lock'), 'utf8'));

/** A process of its own that takes the lock and keeps it until it is killed. */
async function otherDaemon(): Promise<{ pid: number; kill(): Promise<void> }> {
  const script = `
    const { openHome } = await import(${JSON.stringify(join(import.meta.dirname, 'home.ts'))});
    (await openHome(${JSON.stringify(folder)})).announce('http://127.0.0.1:7878');
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid!,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the folder', () => {
  test('is made for its owner alone, and so are files in it', async () => {
    await openHome(folder);
    expect(mode(folder)).toBe('700');
    writeFileSync(join(folder, 'file'), '');
    expect(mode(join(folder, 'file'))).toBe('600');
  });

  test('that others may read is closed to them', async () => {
    mkdirSync(folder, { mode: 0o755 });
    await openHome(folder);
    expect(mode(folder)).toBe('700');
  });

  test('that others may write to is refused with the command that mends it', async () => {
    for (const open of [0o770, 0o702, 0o777]) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, open);
      await expect(openHome(folder)).rejects.toThrow(/chmod 700/);
      expect(existsSync(join(folder, 'daemon.lock'))).toBe(false);
    }
  });

  test.runIf(process.getuid?.() === 0)('of another user is refused', async () => {
    mkdirSync(folder);
    chownSync(folder, 12345, 12345);
    await expect(openHome(folder)).rejects.toThrow(/belongs to another user/);
  });

  test('that cannot be made is refused with --home', async () => {
    writeFileSync(join(folder, '..', 'file'), '');
    await expect(openHome(join(folder, '..', 'file', 'home'))).rejects.toThrow(/--home/);
  });
});

describe('the lock', () => {
  test('refuses a second daemon, naming the process and address of the first', async () => {
    const other = await otherDaemon();
    try {
      await expect(openHome(folder)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(new RegExp(`process ${other.pid}.*http://127\\.0\\.0\\.1:7878`)),
      });
    } finally {
      await other.kill();
    }
  });

  test('of a killed daemon is taken over', async () => {
    const other = await otherDaemon();
    await other.kill();
    expect(lock().pid).toBe(other.pid);
    await openHome(folder);
    expect(lock().pid).toBe(process.pid);
  });

  test('of a process number that another program got since is taken over', async () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(
      join(folder, 'daemon.lock'),
      JSON.stringify({ pid: process.ppid, started: '1', address: '' }),
    );
    await openHome(folder);
    expect(lock().pid).toBe(process.pid);
  });

  test('that is garbage is taken over', async () => {
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, 'daemon.lock'), '{"pid":');
    await openHome(folder);
    expect(lock().pid).toBe(process.pid);
  });

  test('is gone after the daemon let go', async () => {
    const home = await openHome(folder);
    home.release();
    expect(existsSync(join(folder, 'daemon.lock'))).toBe(false);
  });
});
