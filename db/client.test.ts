import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from './client.ts';
import { preferences } from './schema/kernel.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-db-'));
  path = join(folder, 'mlx-code.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (database: Database, key: string, value: unknown = key) =>
  database.user.insert(preferences).values({ key, value, updatedAt: 1 }).run();
/** One commit: each costs a wait for the disk. */
const putMany = (database: Database, name: string, rows: number) =>
  database.user.transaction(() => {
    for (let row = 0; row < rows; row += 1) put(database, `${name}-${row}`, 'x'.repeat(200));
  });
const keys = (database: Database) =>
  database.user
    .select()
    .from(preferences)
    .all()
    .map(({ key }) => key)
    .sort();
const aside = () => readdirSync(folder).filter((name) => /damaged-\d+(-\d+)?$/.test(name));

function scribble(file: string, at: number, bytes = 4096): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(bytes, 0x5a), 0, bytes, at);
  closeSync(handle);
}

describe('a new database', () => {
  test('is migrated, in WAL mode, FULL for people and NORMAL for tokens, for its owner alone', () => {
    const database = openDatabase(path);
    const pragma = (name: string) =>
      [database.user, database.stream].map(({ $client }) => $client.pragma(name, { simple: true }));
    expect(pragma('journal_mode')).toEqual(['wal', 'wal']);
    expect(pragma('synchronous')).toEqual([2, 1]);
    expect(pragma('foreign_keys')).toEqual([1, 1]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(database.restoration).toBeUndefined();
    put(database, 'theme');
    database.close();
    expect(keys(openDatabase(path))).toEqual(['theme']);
  });
});

describe('what a person wrote', () => {
  test('is there after the process was killed', async () => {
    const script = `
      const { openDatabase } = await import(${JSON.stringify(join(import.meta.dirname, 'client.ts'))});
      const { user } = openDatabase(${JSON.stringify(path)});
      const insert = user.$client.prepare("insert into preferences values (?, '1', 1)");
      for (let count = 0; ; count += 1) {
        insert.run('key-' + count);
        process.stdout.write(count + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (data) => {
      told += data;
      if (told.length > 500) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = Number(told.trimEnd().split('\n').slice(0, -1).at(-1));
    const kept = new Set(keys(openDatabase(path)));
    expect(acknowledged).toBeGreaterThan(10);
    for (let count = 0; count <= acknowledged; count += 1) expect(kept.has(`key-${count}`)).toBe(true);
  });
});

describe('a damaged database', () => {
  /** One with a daily backup that holds `old` and a file that also holds `new`. */
  async function prepare({ rows = 2000 } = {}): Promise<void> {
    const database = openDatabase(path);
    put(database, 'old');
    await database.backups.makeDaily(database.stream.$client);
    putMany(database, 'new', rows);
    database.close();
  }

  test('after an unclean exit is renamed aside and the newest backup stands in its place', async () => {
    await prepare();
    scribble(path, 8192, statSync(path).size - 8192);
    const damaged = readFileSync(path);
    // What a kill would have left: no mark of a clean exit.
    const mark = `${path}.clean`;
    expect(existsSync(mark)).toBe(true);
    rmSync(mark);

    const database = openDatabase(path);
    expect(keys(database)).toEqual(['old']);
    expect(database.restoration?.backup?.reason).toBe('daily');
    expect(aside()).toEqual([basename(database.restoration!.aside)]);
    expect(readFileSync(database.restoration!.aside)).toEqual(damaged);
    put(database, 'later');
    database.close();
    const again = openDatabase(path);
    expect(keys(again)).toEqual(['later', 'old']);
    expect(again.restoration).toBeUndefined();
  });

  const broken: [title: string, damage: () => void][] = [
    ['whose header is garbage', () => scribble(path, 0, 100)],
    ['that is a text', () => writeFileSync(path, 'this is no database at all, just words'.repeat(200))],
    ['that was cut to nothing', () => truncateSync(path, 0)],
  ];
  for (const [title, damage] of broken) {
    test(`${title} is noticed even after a clean exit`, async () => {
      await prepare({ rows: 10 });
      damage();
      const database = openDatabase(path);
      expect(keys(database)).toEqual(['old']);
      expect(aside()).toHaveLength(1);
    });
  }

  test('takes the newest backup that is sound, not a damaged one', async () => {
    await prepare({ rows: 10 });
    const bad = join(folder, 'backups', `${Date.now() + 1000}-daily.sqlite`);
    writeFileSync(bad, 'no database');
    scribble(path, 0, 100);
    const database = openDatabase(path);
    expect(keys(database)).toEqual(['old']);
    expect(database.restoration?.backup?.path).not.toBe(bad);
  });

  test('without any backup starts empty, and the damaged file is kept', () => {
    openDatabase(path).close();
    scribble(path, 0, 100);
    const database = openDatabase(path);
    expect(keys(database)).toEqual([]);
    expect(database.restoration).toMatchObject({ backup: undefined });
    expect(aside()).toHaveLength(1);
  });

  test('twice leaves two files aside', async () => {
    for (let time = 0; time < 2; time += 1) {
      openDatabase(path).close();
      scribble(path, 0, 100);
      openDatabase(path).close();
    }
    expect(aside()).toHaveLength(2);
  });

  test('does not lend its log to the restored one', async () => {
    await prepare({ rows: 10 });
    const database = openDatabase(path);
    put(database, 'in the log');
    // A kill: both connections are left open, the log holds what was written last.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    scribble(path, 0, 100);
    const restored = openDatabase(path);
    expect(keys(restored)).toEqual(['old']);
    expect(readdirSync(folder).filter((name) => /damaged-.*-wal$/.test(name))).toHaveLength(1);
  });
});

describe('migrations', () => {
  let migrations: string;
  beforeEach(() => {
    migrations = join(folder, 'migrations');
    mkdirSync(join(migrations, 'meta'), { recursive: true });
    generate(['create table notes (id integer primary key, text text not null)']);
  });

  /** What drizzle-kit would have generated: one file each. */
  function generate(files: string[]): void {
    const entries = files.map((sql, index) => {
      writeFileSync(join(migrations, `${index}.sql`), sql);
      return { idx: index, version: '6', when: 1000 + index, tag: String(index), breakpoints: true };
    });
    writeFileSync(
      join(migrations, 'meta/_journal.json'),
      JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
    );
  }
  const open = () => openDatabase(path, { migrations });
  const notes = (database: Database) => database.user.$client.prepare('select * from notes').all();

  test('are applied after a copy was made, once', () => {
    const before = open();
    before.user.$client.prepare("insert into notes (text) values ('kept')").run();
    expect(before.backups.list()).toEqual([]);
    before.close();
    generate([
      readFileSync(join(migrations, '0.sql'), 'utf8'),
      "alter table notes add column tag text default 'none'",
    ]);
    const after = open();
    expect(notes(after)).toEqual([{ id: 1, text: 'kept', tag: 'none' }]);
    const [copy] = after.backups.list();
    expect(copy?.reason).toBe('migration');
    after.close();
    expect(open().backups.list()).toHaveLength(1);
    expect(statSync(copy!.path).mode & 0o777).toBe(0o600);
  });

  test('that fail half way change nothing, and name the copy', () => {
    const before = open();
    before.user.$client.prepare("insert into notes (text) values ('kept')").run();
    before.close();
    const first = readFileSync(join(migrations, '0.sql'), 'utf8');
    generate([
      first,
      'create table extra (id integer)',
      'drop table notes;--> statement-breakpoint\nalter table nothing add column x',
    ]);
    expect(open).toThrow(/nothing was changed.*migration\.sqlite/);
    generate([first]);
    const after = open();
    expect(notes(after)).toEqual([{ id: 1, text: 'kept' }]);
    expect(
      after.user.$client.prepare("select name from sqlite_master where name = 'extra'").get(),
    ).toBeUndefined();
  });

  test('of a newer version are refused in words', () => {
    const first = readFileSync(join(migrations, '0.sql'), 'utf8');
    generate([first, 'create table extra (id integer)']);
    open().close();
    generate([first]);
    expect(open).toThrow(/newer MLX Code/);
  });
});

describe('backups', () => {
  test('are made once a day, and the last seven are kept', async () => {
    const database = openDatabase(path);
    const day = 24 * 60 * 60 * 1000;
    mkdirSync(join(folder, 'backups'));
    for (let age = 1; age <= 9; age += 1) {
      writeFileSync(join(folder, 'backups', `${Date.now() - age * day - 1000}-daily.sqlite`), '');
    }
    expect(await database.backups.makeDaily(database.stream.$client)).toBeDefined();
    expect(database.backups.list()).toHaveLength(7);
    expect(await database.backups.makeDaily(database.stream.$client)).toBeUndefined();
  });

  test('hold what was written while they were made by both connections, or what was there before', async () => {
    const database = openDatabase(path);
    putMany(database, 'row', 3000);
    const making = database.backups.makeDaily(database.stream.$client);
    let written = 0;
    while (written < 50) {
      put(database, `during-${(written += 1)}`);
      await new Promise(setImmediate);
    }
    const copy = openDatabase((await making)!.path);
    expect(keys(copy).filter((key) => key.startsWith('row-'))).toHaveLength(3000);
    expect(dirname(copy.path)).toBe(join(folder, 'backups'));
  });
});
