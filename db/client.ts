import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { type Backups, createBackups } from './backups.ts';
import { bringUpToDate } from './migrate.ts';
import { mendDatabase, type Restoration } from './mend.ts';

/** One file, two connections in WAL mode. Closing writes the mark that spares the next start a check. */
export interface Database {
  path: string;
  /** synchronous FULL: what a person wrote is on the disk when the call returns. */
  user: Connection;
  /** synchronous NORMAL: token flushes; a power cut may take the last ones, a crash of the daemon none. */
  stream: Connection;
  backups: Backups;
  /** What was done about a damaged file at this start. */
  restoration: Restoration | undefined;
  close(): void;
}

export type Connection = ReturnType<typeof connect>;

interface DatabaseOptions {
  /** Folder of generated migrations; tests give their own. */
  migrations?: string;
}

/**
 * Opens or makes the database: checked after an unclean exit, mended from the newest backup when damaged,
 * backed up before migrations. Errors: Error with a sentence for the terminal; nothing is changed then.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const mark = `${path}.clean`;
  const backups = createBackups(join(dirname(path), 'backups'));
  const restoration = mendDatabase(path, { exitedCleanly: existsSync(mark), backups });
  rmSync(mark, { force: true });
  const user = connect(path, 'FULL');
  try {
    bringUpToDate(user, { folder: options.migrations ?? join(import.meta.dirname, 'migrations'), backups });
  } catch (error) {
    user.$client.close();
    throw error;
  }
  chmodSync(path, 0o600);
  const stream = connect(path, 'NORMAL');
  return {
    path,
    user,
    stream,
    backups,
    restoration,
    close() {
      stream.$client.close();
      user.$client.close();
      // Without the mark the next start only checks the file, so a full disk is no failure here.
      try {
        writeFileSync(mark, '', { mode: 0o600 });
      } catch {
        rmSync(mark, { force: true });
      }
    },
  };
}

function connect(path: string, synchronous: 'FULL' | 'NORMAL') {
  const client = new BetterSqlite3(path, { timeout: 5000 });
  client.pragma('journal_mode = WAL');
  client.pragma(`synchronous = ${synchronous}`);
  client.pragma('foreign_keys = ON');
  client.pragma('trusted_schema = OFF');
  client.pragma('cache_size = -8000');
  client.pragma('journal_size_limit = 67108864');
  return drizzle({ client, casing: 'snake_case' });
}
