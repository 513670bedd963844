import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRules } from './ignore-rules.ts';
import { type FoundFile, walk } from './walk.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'walk-')));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', root]);
  rmSync(root, { recursive: true });
});

async function all(options: Parameters<typeof walk>[2] = {}): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for await (const file of walk(root, readRules(root), options)) found.push(file);
  return found;
}

async function paths(options: Parameters<typeof walk>[2] = {}): Promise<string[]> {
  return (await all(options)).map(({ path }) => path).sort();
}

describe('walking a folder', () => {
  it('tells path, bytes and time of every file, and skips what is ignored', async () => {
    mkdirSync(join(root, 'src/deep'), { recursive: true });
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'src/deep/a.ts'), 'four');
    writeFileSync(join(root, 'node_modules/b.js'), '');
    const [file, ...others] = await all();
    expect(others).toEqual([]);
    expect(file).toMatchObject({ path: 'src/deep/a.ts', size: 4 });
    expect(Math.abs(Date.now() - file!.modifiedMs)).toBeLessThan(60_000);
  });

  it('follows no link: none leads out, none goes round in circles', async () => {
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a/x.ts'), '');
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('/etc', join(root, 'out'));
    symlinkSync('a/x.ts', join(root, 'y.ts'));
    symlinkSync('self', join(root, 'self'));
    expect(await paths()).toEqual(['a/x.ts']);
  });

  it('passes FIFOs and sockets by', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.ts')]);
    writeFileSync(join(root, 'a.ts'), '');
    expect(await paths()).toEqual(['a.ts']);
  });

  it('keeps names with newlines, marks of direction and only dots as they are', async () => {
    const names = ['a\nb.ts', '\u202eevil.ts', ' ', '...', '-rf', 'ünïcode 漢字.md', '$(rm).sh'];
    for (const name of names) writeFileSync(join(root, name), '');
    expect(await paths()).toEqual(names.sort());
  });

  it('says which file has a name that is no UTF-8 and goes on', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff, 0x2e])]), '');
    writeFileSync(join(root, 'a.ts'), '');
    const problems: string[] = [];
    expect(await paths({ onProblem: (_path, reason) => problems.push(reason) })).toEqual(['a.ts']);
    expect(problems).toEqual(['Its name is not valid UTF-8.']);
  });

  it.skipIf(process.getuid?.() === 0)('says which folder cannot be read and goes on', async () => {
    mkdirSync(join(root, 'closed'));
    chmodSync(join(root, 'closed'), 0);
    writeFileSync(join(root, 'a.ts'), '');
    const problems: [string, string][] = [];
    expect(await paths({ onProblem: (...problem) => problems.push(problem) })).toEqual(['a.ts']);
    expect(problems).toEqual([['closed', 'The folder cannot be read with your permissions.']]);
  });

  it('says that a folder is gone instead of failing', async () => {
    const problems: string[] = [];
    await paths({ from: 'never-there', onProblem: (path) => problems.push(path) });
    expect(problems).toEqual(['never-there']);
  });

  it('lets timers have their turn, and ends when it is told to', async () => {
    for (let folder = 0; folder < 40; folder += 1) {
      mkdirSync(join(root, String(folder)));
      for (let file = 0; file < 100; file += 1) writeFileSync(join(root, String(folder), `${file}.ts`), '');
    }
    const abort = new AbortController();
    let seen = 0;
    const walking = (async () => {
      for await (const _ of walk(root, readRules(root), { signal: abort.signal })) {
        seen += 1;
        if (seen === 10) abort.abort(new Error('enough'));
      }
    })();
    await expect(walking).rejects.toThrow('enough');
  });
});
