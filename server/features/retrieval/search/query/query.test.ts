import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import { framesOf } from './frames.ts';
import { readQuery } from './query.ts';

describe('a query is taken for', () => {
  test.each([
    ['getUserName', 'symbol'],
    ['open_store', 'symbol'],
    ['Reader.close', 'symbol'],
    ['std::vec::Vec', 'symbol'],
    ['close()', 'symbol'],
    ['HTTPServer', 'symbol'],
    ['server/kernel/http.ts', 'path'],
    ['http.ts', 'path'],
    ['http.ts:12', 'path'],
    [String.raw`src\main.rs:3:7`, 'path'],
    ['Makefile/', 'path'],
    ['parser', 'words'],
    ['retry backoff', 'words'],
    ['where is the budget kept?', 'prose'],
    ['how are tokens counted', 'prose'],
    ['the place where sockets are closed', 'prose'],
    ['it fails at src/a.ts:10:5 since today', 'trace'],
    ['File "a.py", line 3, in main\nValueError', 'trace'],
    ['https://example.com/a/b', 'words'],
  ])('%s: %s', (text, kind) => {
    expect(readQuery(text).kind).toBe(kind);
  });
});

test('names in a question are looked up, its stop words are not', () => {
  const query = readQuery('what does `openStore` do with Reader.close()?');
  expect(query.names).toEqual([
    { name: 'openStore', container: null },
    { name: 'close', container: 'Reader' },
  ]);
  expect(query.words).not.toContain('what');
});

test('frames are read in the ways that languages write them', () => {
  const frames = [
    '  File "/srv/app/run.py", line 4, in start',
    '    at inner (/x/src/b.ts:2:9)',
    '    at file:///x/src/c.mjs:7:1',
    'main.go:12 +0x1d',
    '  --> src/main.rs:10:5',
    '\tat com.foo.Bar.run(Bar.java:42)',
    String.raw`   at Foo.Run() in C:\work\Foo.cs:line 31`,
    "lib/a.rb:3:in 'call'",
  ];
  expect(frames.map((frame) => framesOf(frame)[0]).map((frame) => `${frame?.path}:${frame?.line}`)).toEqual([
    ...[
      '/srv/app/run.py:4',
      '/x/src/b.ts:2',
      '/x/src/c.mjs:7',
      'main.go:12',
      'src/main.rs:10',
      'Bar.java:42',
    ],
    ...['C:/work/Foo.cs:31', 'lib/a.rb:3'],
  ]);
});

describe('whatever is typed', () => {
  let folder: IndexedFolder;
  beforeAll(async () => {
    folder = await openIndexedFolder({
      'a.py': 'def near(value):\n    return value\n',
      'b.ts': 'export const body = "name or not and near";\n',
    });
  });
  afterAll(() => folder.close());

  test('nothing of the index language gets through', async () => {
    const traps = [
      '"',
      '""',
      'name:near',
      'a AND',
      'NEAR(a b)',
      'near*',
      '^near',
      '-near',
      '(',
      'a OR',
      '+',
      "'",
      '{x}',
    ];
    for (const text of traps) await expect(folder.find(text), text).resolves.toBeDefined();
    expect((await folder.find('NOT near')).results[0]?.path).toBeDefined();
  });

  test('an answer comes', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 60, unit: 'binary' }),
      fc.string({ maxLength: 60, unit: 'grapheme' }),
      fc.stringMatching(/^[a-z"*():^+\-{}\s.]{0,40}$/),
    );
    await fc.assert(
      fc.asyncProperty(text, async (typed) => {
        expect((await folder.find(typed)).results).toBeInstanceOf(Array);
      }),
      { numRuns: 400 },
    );
  });

  test('a pasted megabyte is answered', async () => {
    expect((await folder.find('near value '.repeat(100_000))).results[0]?.path).toBe('a.py');
    expect((await folder.find('x'.repeat(1_000_000))).results).toEqual([]);
    expect((await folder.find('at a (b.ts:1:1)\n'.repeat(20_000))).results[0]?.path).toBe('b.ts');
  });
});
