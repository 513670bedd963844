import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { preferences } from '#db/schema/kernel.ts';
import { createDisk } from './disk.ts';
import { isDiskFull, toAppError } from './errors.ts';
import { createLog } from './log.ts';
import { canMount, mountDisk, unmountDisk } from './testing/small-disk.ts';

const log = createLog({ level: 'debug' });
const put = ({ user }: Database, key: string, size = 20_000) =>
  user
    .insert(preferences)
    .values({ key, value: 'x'.repeat(size), updatedAt: 1 })
    .run();
const keys = ({ user }: Database) => user.select({ key: preferences.key }).from(preferences).all();

function fill(database: Database): { written: number; failure: unknown } {
  for (let written = 0; ; written += 1) {
    try {
      put(database, `key-${written}`);
    } catch (failure) {
      return { written, failure };
    }
  }
}

test('a database that may not grow keeps what it acknowledged, says so, and goes on when there is room', () => {
  const database = openTestDatabase();
  const client = database.user.$client;
  client.pragma(`max_page_count = ${Number(client.pragma('page_count', { simple: true })) + 30}`);
  const { written, failure } = fill(database);
  expect(written).toBeGreaterThan(2);
  expect(isDiskFull(failure)).toBe(true);
  expect(toAppError(failure)).toMatchObject({
    code: 'insufficient_storage',
    message: expect.stringMatching(/Free/),
  });
  expect(keys(database)).toHaveLength(written);
  client.pragma('max_page_count = 100000');
  put(database, 'after');
  expect(keys(database)).toHaveLength(written + 1);
  database.close();
});

describe.runIf(canMount())('on a disk that is really full', () => {
  let folder: string;
  beforeEach(() => {
    folder = mountDisk(40);
  });
  afterEach(() => unmountDisk(folder));

  test('nothing acknowledged is lost; the ballast lets the person delete; work goes on after that', async () => {
    const database = openDatabase(join(folder, 'mlx-code.sqlite'));
    const disk = createDisk({ home: folder, log, ballastBytes: 8 * 2 ** 20 });
    const told: string[] = [];
    disk.onFull(() => told.push('full'));
    disk.start();
    await disk.stop();
    expect(statSync(join(folder, 'ballast')).size).toBe(8 * 2 ** 20);

    const { written, failure } = fill(database);
    expect(toAppError(failure).code).toBe('insufficient_storage');
    expect(keys(database)).toHaveLength(written);
    expect(() => put(database, 'more')).toThrow();

    disk.reportFull();
    await disk.stop();
    expect(told).toEqual(['full']);
    expect(existsSync(join(folder, 'ballast'))).toBe(false);
    database.user.delete(preferences).run();
    database.user.$client.pragma('wal_checkpoint(TRUNCATE)');
    put(database, 'after');
    expect(keys(database)).toEqual([{ key: 'after' }]);
    database.close();
    const again = openDatabase(join(folder, 'mlx-code.sqlite'));
    expect([again.restoration, keys(again)]).toEqual([undefined, [{ key: 'after' }]]);
    again.close();
  });

  test('a kill while it is full loses nothing acknowledged', () => {
    const database = openDatabase(join(folder, 'mlx-code.sqlite'));
    writeFileSync(join(folder, 'other'), Buffer.alloc(30 * 2 ** 20));
    const { written } = fill(database);
    // The connections are left as a kill would leave them; somebody frees space; the next daemon opens the file.
    rmSync(join(folder, 'other'));
    const again = openDatabase(join(folder, 'mlx-code.sqlite'));
    expect(keys(again)).toHaveLength(written);
    expect(again.restoration).toBeUndefined();
    again.close();
  });

  test('the ballast is laid only where four times as much is free', async () => {
    const disk = createDisk({ home: folder, log, ballastBytes: 16 * 2 ** 20 });
    disk.start();
    await disk.stop();
    expect(existsSync(join(folder, 'ballast'))).toBe(false);
  });
});
