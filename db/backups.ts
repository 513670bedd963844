import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';

/** `daily`, or `migration`: made just before the schema changed. */
export type BackupReason = 'daily' | 'migration';

export interface Backup {
  path: string;
  /** Milliseconds since 1970. */
  at: number;
  reason: BackupReason;
}

export interface Backups {
  folder: string;
  /** Newest first. */
  list(): Backup[];
  /** At once, blocking: a few ms a MB. */
  makeNow(client: BetterSqlite3.Database, reason: BackupReason): Backup;
  /** In steps between other work. Undefined when the newest one is younger than a day. */
  makeDaily(client: BetterSqlite3.Database): Promise<Backup | undefined>;
}

const KEPT: Record<BackupReason, number> = { daily: 7, migration: 3 };
const NAME = /^(\d{13})-(daily|migration)\.sqlite$/;
const DAY = 24 * 60 * 60 * 1000;

/** Whole copies of the database in `folder`; the last seven daily ones and three before migrations are kept. */
export function createBackups(folder: string): Backups {
  const list = (): Backup[] => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder)
      .flatMap((name) => {
        const [, at, reason] = NAME.exec(name) ?? [];
        if (reason !== 'daily' && reason !== 'migration') return [];
        return [{ path: join(folder, name), at: Number(at), reason } satisfies Backup];
      })
      .sort((a, b) => b.at - a.at);
  };
  const finish = (partial: string, reason: BackupReason): Backup => {
    const at = Date.now();
    const path = join(folder, `${String(at).padStart(13, '0')}-${reason}.sqlite`);
    chmodSync(partial, 0o600);
    renameSync(partial, path);
    const same = list().filter((backup) => backup.reason === reason);
    for (const old of same.slice(KEPT[reason])) rmSync(old.path, { force: true });
    return { path, at, reason };
  };
  return {
    folder,
    list,
    makeNow(client, reason) {
      list();
      const partial = join(folder, `${reason}.partial`);
      rmSync(partial, { force: true });
      client.prepare('VACUUM INTO ?').run(partial);
      return finish(partial, reason);
    },
    async makeDaily(client) {
      const newest = list()[0];
      if (newest !== undefined && Date.now() - newest.at < DAY) return undefined;
      const partial = join(folder, 'daily.partial');
      rmSync(partial, { force: true });
      try {
        await client.backup(partial);
        return finish(partial, 'daily');
      } catch (error) {
        rmSync(partial, { force: true });
        throw error;
      }
    },
  };
}
