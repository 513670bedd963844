import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, systemCode } from './errors.ts';
import { runProcess } from './spawn.ts';

/** The data folder, held by this daemon alone. */
export interface Home {
  /** The real path. */
  path: string;
  /** Writes the address into the lock, for whoever is refused by it. */
  announce(address: string): void;
  release(): void;
}

const Lock = z.object({ pid: z.number().int().positive(), started: z.string(), address: z.string() });
type Lock = z.infer<typeof Lock>;

/**
 * Makes the data folder if need be (0700, files 0600 from then on) and takes its lock.
 * Errors: forbidden (not ours, or others may write to it), conflict (another daemon runs: its pid and address).
 */
export async function openHome(path: string): Promise<Home> {
  process.umask(0o077);
  const real = secureFolder(path);
  const lockPath = join(real, 'daemon.lock');
  const lock: Lock = { pid: process.pid, started: await startOf(process.pid), address: '' };
  await takeLock(lockPath, lock);
  return {
    path: real,
    announce: (address) => writeFileSync(lockPath, JSON.stringify({ ...lock, address }), { mode: 0o600 }),
    release: () => rmSync(lockPath, { force: true }),
  };
}

function secureFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const full = systemCode(cause) === 'ENOSPC';
    if (full)
      throw new AppError('insufficient_storage', `The disk is full: ${path} cannot be made.`, { cause });
    throw new AppError('forbidden', `The data folder ${path} cannot be made. Choose another with --home.`, {
      cause,
    });
  }
  const real = realpathSync(path);
  const { uid, mode } = statSync(real);
  if (process.getuid && uid !== process.getuid()) {
    throw new AppError(
      'forbidden',
      `The data folder ${real} belongs to another user. Choose another with --home.`,
    );
  }
  if ((mode & 0o022) !== 0) {
    const mend = `If nobody else put anything there: chmod 700 ${real}`;
    throw new AppError('forbidden', `Others may write to the data folder ${real}. ${mend}`);
  }
  chmodSync(real, 0o700);
  return real;
}

/** The lock appears whole (by link), so that nobody reads half of it. */
async function takeLock(path: string, lock: Lock): Promise<void> {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(lock), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        linkSync(mine, path);
        return;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
      }
      const holder = readLock(path);
      if (holder && (await isAlive(holder))) throw taken(holder);
      clearStale(path, holder);
    }
    throw new AppError(
      'conflict',
      'Another MLX Code is starting with this data folder. Try again in a moment.',
    );
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes the lock of a daemon that was killed, unless another one took it over meanwhile. */
function clearStale(path: string, holder: Lock | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readLock(aside);
  if (moved && moved.pid !== holder?.pid) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function readLock(path: string): Lock | undefined {
  try {
    return Lock.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function taken({ pid, address }: Lock): AppError {
  const where = address === '' ? 'It is still starting' : `It answers at ${address}`;
  return new AppError(
    'conflict',
    `MLX Code already runs with this data folder (process ${pid}). ${where}. Stop it first, or choose another --home.`,
    { details: { pid, address } },
  );
}

async function isAlive({ pid, started }: Lock): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody's process has that number; ours we may signal.
    if (systemCode(error) === 'ESRCH' || systemCode(error) === 'EPERM') return false;
    throw error;
  }
  return (await startOf(pid)) === started;
}

/** When a process started, as the system writes it: tells a daemon from another program that got its number. */
async function startOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    try {
      const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
      return afterName.split(' ')[19] ?? '';
    } catch {
      return '';
    }
  }
  const { stdout } = await runProcess({
    command: '/bin/ps',
    args: ['-o', 'lstart=', '-p', String(pid)],
    env: { LC_ALL: 'C' },
    timeout: 5000,
  });
  return stdout.trim();
}
