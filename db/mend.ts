import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { Backup, Backups } from './backups.ts';

/** What was done about a damaged file: where it lies, and the backup that stands in its place, if there was one. */
export interface Restoration {
  aside: string;
  backup: Backup | undefined;
}

interface MendOptions {
  exitedCleanly: boolean;
  backups: Backups;
}

/** Replaces a damaged database by its newest sound backup; the damaged file is renamed, never overwritten. */
export function mendDatabase(path: string, { exitedCleanly, backups }: MendOptions): Restoration | undefined {
  const restored = `${path}.restored`;
  // An earlier start was cut off between the two renames below.
  if (!existsSync(path) && existsSync(restored)) renameSync(restored, path);
  if (!existsSync(path)) return undefined;
  const emptied = statSync(path).size === 0 && backups.list().length > 0;
  if (!emptied && isSound(path, exitedCleanly ? 'readable' : 'checked')) return undefined;
  const backup = backups.list().find((candidate) => isSound(candidate.path, 'checked'));
  rmSync(restored, { force: true });
  if (backup) copyFileSync(backup.path, restored);
  const aside = asideName(path);
  // The log files belong to the damaged file: beside a restored one they would damage that too.
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  renameSync(path, aside);
  if (backup) renameSync(restored, path);
  return { aside, backup };
}

function isSound(path: string, how: 'readable' | 'checked'): boolean {
  let client: BetterSqlite3.Database | undefined;
  try {
    client = new BetterSqlite3(path, { timeout: 5000 });
    client.prepare('select count(*) from sqlite_master').get();
    return how === 'readable' || client.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (error) {
    if (error instanceof BetterSqlite3.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code))
      return false;
    throw error;
  } finally {
    client?.close();
  }
}

function asideName(path: string): string {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const name = `${path}.damaged-${stamp}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!existsSync(candidate)) return candidate;
  }
}
