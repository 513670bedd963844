import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { NO_FILTERS } from '../ranking/filter.ts';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import { lineMatches } from './line-matches.ts';
import { matches } from './matches.ts';
import { compilePattern } from './pattern.ts';

const opened: IndexedFolder[] = [];

async function open(files: Record<string, string | Uint8Array>) {
  const folder = await openIndexedFolder(files);
  opened.push(folder);
  const search = (text: string, isRegex = false, input: Partial<Parameters<typeof matches>[1]> = {}) =>
    matches(folder.place, { text, isRegex, filters: NO_FILTERS, limit: 50, budgetMs: 2000, ...input });
  return { ...folder, search };
}

afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.close();
});

const linesOf = (text: string, pattern: string) =>
  [...lineMatches(text, compilePattern({ text: pattern, isRegex: true }))].map(({ line }) => line);

describe('a pattern', () => {
  test('in small letters finds any case, with a capital only that one', async () => {
    const folder = await open({ 'a.md': 'one Needle\n\nneedle two\n' });
    expect((await folder.search('needle')).results.map(({ line }) => line)).toEqual([1, 3]);
    expect((await folder.search('Needle')).results.map(({ line }) => line)).toEqual([1]);
  });

  test('of plain text means nothing else, whatever is in it', async () => {
    const folder = await open({ 'a.md': 'call(a[0]) + 1.5\ncallXa0\n' });
    expect((await folder.search('call(a[0]) + 1.5')).results).toHaveLength(1);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), async (text) => {
        const inFile = 'call(a[0]) + 1.5\ncallXa0\n';
        const fold = (value: string) => (text === text.toLowerCase() ? value.toLowerCase() : value);
        const expected = inFile.split('\n').some((line) => fold(line).includes(text));
        const found = (await folder.search(text)).results.length > 0;
        expect(found || text.includes('\n')).toBe(expected || text.includes('\n'));
      }),
      { numRuns: 100 },
    );
  });

  test('is found line by line, where its text would go over a line end too', () => {
    expect(linesOf('a\nb\n\nab', 'a[^x]*b')).toEqual([4]);
    expect(linesOf('x = 1\r\ny = 2\r\n', '\\d$')).toEqual([1, 2]);
    expect(linesOf('one\n\nthree', '^')).toEqual([1, 2, 3]);
    expect(linesOf('aXbX\nX', 'X')).toEqual([1, 2]);
    expect(linesOf('', 'a*')).toEqual([]);
  });

  test('that is none is refused with the place where it goes wrong', () => {
    const positionOf = (text: string) => {
      try {
        compilePattern({ text, isRegex: true });
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
      return 'fine';
    };
    expect(positionOf('foo(bar')).toContain('character 4');
    expect(positionOf('a**')).toContain('character 3');
    expect(positionOf('ok)')).toContain('character 3');
    expect(positionOf('(?i)ok[')).toContain('character 7');
    expect(positionOf(String.raw`[\w-]+\-\"`)).toBe('fine');
    expect(positionOf(String.raw`\p{Lu}`)).toBe('fine');
  });
});

test('every match says where it is, in which function, and shows its line', async () => {
  const folder = await open({
    'a.py': 'import os\n\n\ndef work(value):\n    token = value\n    return token\n',
  });
  const [first] = (await folder.search('= va')).results;
  expect(first).toMatchObject({
    path: 'a.py',
    line: 5,
    name: 'work',
    why: { chief: 'exact' },
    changed: false,
  });
  expect(first?.snippet).toEqual({
    line: 4,
    text: 'def work(value):\n    token = value\n    return token',
    highlights: [{ line: 5, from: 10, to: 14 }],
  });
});

test('matches stop at the limit, and filters hold', async () => {
  const folder = await open({ 'a.md': 'word\n'.repeat(30), 'b.txt': 'word\n' });
  expect(await folder.search('word', false, { limit: 10 })).toMatchObject({
    truncated: true,
    complete: true,
  });
  const filters = { ...NO_FILTERS, paths: ['*.txt'] };
  expect((await folder.search('word', false, { filters })).results.map(({ path }) => path)).toEqual([
    'b.txt',
  ]);
});

test('a filter that explodes on a deep path holds nothing up', async () => {
  const deep = `${'a/'.repeat(100)}c.md`;
  const folder = await open({ [deep]: 'word\n', 'x/b.md': 'word\n' });
  const filters = { ...NO_FILTERS, paths: [`${'a/**/'.repeat(40)}b`, 'x/'] };
  expect((await folder.search('word', false, { filters })).results.map(({ path }) => path)).toEqual([
    'x/b.md',
  ]);
});

test('text in other encodings is found', async () => {
  const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('grüße welt\n', 'utf16le')]);
  const folder = await open({ 'a.txt': wide, 'b.txt': Buffer.from('grüße\n', 'latin1'), 'c.txt': 'grüße\n' });
  expect((await folder.search('grüße')).results.map(({ path }) => path)).toEqual(['a.txt', 'b.txt', 'c.txt']);
});

test('a file that is gone, or a link by now, is passed over', async () => {
  const folder = await open({ 'a.md': 'word\n', 'b.md': 'word\n', 'c.md': 'word\n' });
  rmSync(join(folder.root, 'a.md'));
  rmSync(join(folder.root, 'b.md'));
  symlinkSync('/etc/hostname', join(folder.root, 'b.md'));
  expect((await folder.search('.', true)).results.map(({ path }) => path)).toEqual(['c.md']);
});

test('what takes too long ends between two files with what was found', async () => {
  const folder = await open({ 'a.md': 'word\n', 'b.md': 'word\n' });
  const answer = await folder.search('word', false, { budgetMs: -1 });
  expect(answer).toMatchObject({ complete: false, files: { searched: 0, all: 2 } });
});
