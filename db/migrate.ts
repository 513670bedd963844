import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import type { Backups } from './backups.ts';
import type { Connection } from './client.ts';

interface MigrationOptions {
  folder: string;
  backups: Backups;
}

/**
 * Applies what is missing of the generated migrations in one transaction, after a backup.
 * Errors: Error with a sentence; the database is then as it was.
 */
export function bringUpToDate(connection: Connection, { folder, backups }: MigrationOptions): void {
  const client = connection.$client;
  const newest = newestMigration(folder);
  const applied = lastApplied(client);
  if (applied === newest) return;
  if (applied > newest) {
    throw new Error(
      'This data folder was used by a newer MLX Code. Start that one, or choose another --home.',
    );
  }
  const backup = applied > 0 ? backups.makeNow(client, 'migration') : undefined;
  // SQLite ignores this pragma inside a transaction, and rebuilding a table needs it off.
  client.pragma('foreign_keys = OFF');
  try {
    migrate(connection, { migrationsFolder: folder });
  } catch (cause) {
    const kept = backup === undefined ? '' : ` A copy made before the attempt is ${backup.path}.`;
    throw new Error(`The database could not be brought up to date, and nothing was changed.${kept}`, {
      cause,
    });
  }
  client.pragma('foreign_keys = ON');
}

/** Milliseconds of the newest generated migration, as drizzle's journal gives them. */
function newestMigration(folder: string): number {
  const journal: { entries: { when: number }[] } = JSON.parse(
    readFileSync(join(folder, 'meta/_journal.json'), 'utf8'),
  );
  return Math.max(0, ...journal.entries.map((entry) => entry.when));
}

function lastApplied(client: BetterSqlite3.Database): number {
  const table = client.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get();
  if (table === undefined) return 0;
  return Number(client.prepare('select max(created_at) from __drizzle_migrations').pluck().get() ?? 0);
}
