import { afterEach, expect, test } from 'vitest';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import { files } from './files.ts';
import { fitName } from './fuzzy.ts';
import { languages } from './languages.ts';
import { outline } from './outline.ts';
import { references } from './references.ts';
import { symbols } from './symbols.ts';

const opened: IndexedFolder[] = [];

async function open(content: Record<string, string>): Promise<IndexedFolder> {
  const folder = await openIndexedFolder(content);
  opened.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.close();
});

test('a name fits by its whole, its beginning, initials, a part, a piece, in this order', () => {
  const typed = (text: string) => fitName(text, 'getUserName');
  const order = ['getUserName', 'getusername', 'getUs', 'gUN', 'user', 'serna', 'gtnm'].map(typed);
  expect(order).toEqual(order.toSorted((a, b) => b - a));
  expect(new Set(order).size).toBe(order.length);
  expect(typed('xyz')).toBe(0);
  expect(typed('')).toBe(0);
  expect(fitName('gun', 'get_user_name')).toBeGreaterThan(0.6);
  expect(fitName('hs', 'HTTPServer')).toBeGreaterThan(0.6);
  expect(fitName('a'.repeat(300), 'aA'.repeat(300))).toBeGreaterThan(0);
});

test('symbols are found by what is typed of them, those of the class named first', async () => {
  const folder = await open({
    'a.ts':
      'export class Reader {\n  closeAll() {\n    return 1;\n  }\n}\nexport function getUserName() {\n  return 1;\n}\n',
    'b.ts': 'export class Writer {\n  closeAll() {\n    return 2;\n  }\n}\n',
  });
  const found = (query: string) =>
    symbols(folder.place, { query, limit: 10 }).symbols.map(({ name, path }) => `${path} ${name}`);
  expect(found('gun')).toEqual(['a.ts getUserName']);
  expect(found('user name')).toContain('a.ts getUserName');
  expect(found('Writer.closeAll')).toEqual(['b.ts closeAll']);
  expect(found('closeA')).toHaveLength(2);
  expect(found('nothing like it')).toEqual([]);
  expect(found('')).toEqual([]);
});

test('files are found by name, by folder and name, and by letters in order', async () => {
  const folder = await open({
    'server/kernel/http.ts': 'x',
    'server/http/door.ts': 'x',
    'app/chat/page.tsx': 'x',
  });
  const found = (query: string) => files(folder.place, { query, limit: 10 }).files.map(({ path }) => path);
  expect(found('http.ts')[0]).toBe('server/kernel/http.ts');
  expect(found('kernel/http')[0]).toBe('server/kernel/http.ts');
  expect(found('chpage')).toEqual(['app/chat/page.tsx']);
  expect(found('./server/http/door.ts:12')[0]).toBe('server/http/door.ts');
  expect(found('')).toHaveLength(3);
  expect(found('zzz')).toEqual([]);
});

test('the outline of a file is its symbols in their order', async () => {
  const folder = await open({
    'a.py': 'class A:\n    def one(self):\n        return 1\n\n\ndef two():\n    return 2\n',
  });
  expect(outline(folder.place, { path: 'a.py' }).symbols.map(({ name, line }) => [name, line])).toEqual([
    ['A', 1],
    ['one', 2],
    ['two', 6],
  ]);
  expect(outline(folder.place, { path: 'none.py' }).symbols).toEqual([]);
});

const callers = {
  'store.ts': 'export function openStore() {\n  return 1;\n}\nopenStore();\n',
  'main.ts': "import { openStore } from './store.ts';\nexport function main() {\n  return openStore();\n}\n",
  'other.ts': 'export function elsewhere(openStore: () => number) {\n  return openStore();\n}\n',
};

test('callers that import the definition are certain, those of the same name are not', async () => {
  const folder = await open(callers);
  const {
    definitions,
    references: found,
    truncated,
  } = await references(folder.place, { name: 'openStore', limit: 50 });
  expect(definitions).toMatchObject([{ path: 'store.ts', line: 1 }]);
  const calls = found.filter(({ kind }) => kind === 'call');
  expect(calls).toMatchObject([
    { path: 'main.ts', line: 3, within: 'main', certain: true, text: '  return openStore();' },
    { path: 'store.ts', line: 4, certain: true },
    { path: 'other.ts', line: 2, within: 'elsewhere', certain: false },
  ]);
  expect(truncated).toBe(false);
  expect(await references(folder.place, { name: 'openStore', limit: 1 })).toMatchObject({ truncated: true });
});

test('of two definitions of one name, the one meant at a place', async () => {
  const folder = await open({ ...callers, 'second.ts': 'export function openStore() {\n  return 2;\n}\n' });
  const meantAt = async (path: string, line: number) =>
    (await references(folder.place, { name: 'openStore', path, line, limit: 9 })).definitions.map(
      ({ path }) => path,
    );
  expect(await meantAt('second.ts', 1)).toEqual(['second.ts']);
  expect(await meantAt('main.ts', 3)).toEqual(['store.ts']);
  expect((await meantAt('other.ts', 2)).toSorted()).toEqual(['second.ts', 'store.ts']);
});

test('the languages of the files are told, the most frequent first', async () => {
  const folder = await open({
    'a.py': 'a = 1\n',
    'b.ts': 'let b = 1;\n',
    'c.ts': 'let c = 1;\n',
    LICENSE: 'x\n',
  });
  expect(languages(folder.place).languages.slice(0, 2)).toEqual([
    { language: 'typescript', files: 2 },
    { language: 'python', files: 1 },
  ]);
});
