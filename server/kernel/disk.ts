import { open, rm, stat, statfs } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Log } from './log.ts';

/** The disk under the data folder. */
export interface Disk {
  /** Bytes. */
  freeBytes(): Promise<number>;
  /** Called by whoever met a full disk: frees the ballast, so that cleaning up can be written down. */
  reportFull(): void;
  onFull(listener: () => void): void;
}

export interface OpenDisk extends Disk {
  /** Lays the ballast when there is room, and looks after it from then on. */
  start(): void;
  stop(): Promise<void>;
}

interface DiskOptions {
  home: string;
  log: Log;
  /** Bytes; even a DELETE needs room in SQLite's log, so a file is kept that can be given up. */
  ballastBytes?: number;
}

const LOOK_MS = 5000;

/** Watches free space: below half the ballast the ballast is given up, above four times it is laid again. */
export function createDisk({ home, log, ballastBytes = 16 * 2 ** 20 }: DiskOptions): OpenDisk {
  const path = join(home, 'ballast');
  const listeners: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<void> = Promise.resolve();

  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(home);
    return bavail * bsize;
  };
  const isLaid = () => stat(path).then(Boolean, () => false);
  const giveUp = async () => {
    await rm(path, { force: true });
    for (const listener of listeners) listener();
  };
  const look = async () => {
    const free = await freeBytes();
    if (free < ballastBytes / 2 && (await isLaid())) return giveUp();
    if (free > ballastBytes * 4 && !(await isLaid())) await lay(path, ballastBytes);
  };
  const enqueue = (step: () => Promise<void>) => {
    work = work.then(step).catch((error: unknown) => {
      log.warn({ err: error }, 'the reserve for a full disk could not be kept');
    });
  };
  return {
    freeBytes,
    reportFull: () => enqueue(giveUp),
    onFull: (listener) => void listeners.push(listener),
    start() {
      enqueue(look);
      timer = setInterval(() => enqueue(look), LOOK_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await work;
    },
  };
}

/** Random bytes, because some file systems keep zeros for nothing. */
async function lay(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for (let left = bytes; left > 0; left -= 2 ** 20) await file.write(randomBytes(Math.min(left, 2 ** 20)));
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
