import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '#server/kernel/config.ts';
import { readHistory } from './history.ts';

let root: string;
const { inherited: env } = readConfig({ args: [] });
const { signal } = new AbortController();

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-history-')));
  git('init', '--quiet');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function git(...args: string[]): void {
  const person = ['-c', 'user.name=A Person', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', root, ...person, ...args]);
}

function commit(message: string, paths: string[], author = 'A Person <a@example.org>'): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${message} ${path}`);
  }
  git('add', '.');
  git('commit', '--quiet', '-m', message, `--author=${author}`);
}

it('asks with what people said of the files they changed, newest first', async () => {
  commit('Teach the parser to read numbers', ['src/parser.ts', 'names with\nnewlines.md']);
  commit('Draw the café in the right colour\n\nIt was blue.\n\nSigned-off-by: A Person', ['größe.ts']);
  expect(await readHistory(root, { env, signal })).toEqual([
    { message: 'Draw the café in the right colour\n\nIt was blue.', paths: ['größe.ts'] },
    { message: 'Teach the parser to read numbers', paths: expect.arrayContaining(['src/parser.ts']) },
  ]);
});

it('leaves out what no person would search for', async () => {
  commit('too short', ['a.ts']);
  commit('Merge branch main into the feature branch', ['b.ts']);
  commit('Revert "Teach the parser to read numbers"', ['c.ts']);
  commit('Bump the version of everything at once', ['d.ts']);
  commit('Update all of these packages today', ['e.ts'], 'renovate[bot] <r@example.org>');
  commit(
    'Rename every file of the whole project',
    Array.from({ length: 11 }, (_, at) => `many/${at}.ts`),
  );
  expect(await readHistory(root, { env, signal })).toEqual([]);
});

it('names paths from the folder that is open, when it lies inside a repository', async () => {
  commit('Teach the parser to read numbers', ['packages/one/parser.ts', 'other.ts']);
  const [found] = await readHistory(join(root, 'packages/one'), { env, signal });
  expect(found?.paths).toEqual(['parser.ts']);
});

it('says so where there is no repository', async () => {
  rmSync(join(root, '.git'), { recursive: true });
  await expect(readHistory(root, { env, signal })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('cannot be read'),
  });
});
