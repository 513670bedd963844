import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Database, openDatabase } from './client.ts';

/** A real, migrated database in a temporary folder; `close` removes the folder. */
export function openTestDatabase(): Database {
  const database = openDatabase(join(mkdtempSync(join(tmpdir(), 'mlx-code-test-')), 'mlx-code.sqlite'));
  return {
    ...database,
    close() {
      database.close();
      rmSync(dirname(database.path), { recursive: true, force: true });
    },
  };
}
