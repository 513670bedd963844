import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createLog } from '#server/kernel/log.ts';
import { createIndexReader, type IndexReader } from '../index-reader.ts';
import { NO_FILTERS } from '../ranking/filter.ts';
import { createSearch, type SearchRequest } from '../search.ts';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import type { VectorSearch } from '../vector-search.ts';

const opened: IndexedFolder[] = [];
const readers: IndexReader[] = [];
const log = createLog({ level: 'error' });
const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const signal = new AbortController().signal;

async function open(files: Record<string, string>): Promise<IndexedFolder> {
  const folder = await openIndexedFolder(files);
  opened.push(folder);
  return folder;
}

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  for (const folder of opened.splice(0)) await folder.close();
});

const asked = (query: string, request: Partial<SearchRequest> = {}): SearchRequest => ({
  ...{ query, mode: 'all', filters: NO_FILTERS, limit: 20 },
  ...request,
});

const small = { 'a.py': 'def alpha(value):\n    return value\n', 'b.md': `${'a'.repeat(200)}b\n` };

test('a file on which a regular expression explodes is given up and named, and the others are searched', async () => {
  const folder = await open({ ...small, 'a.md': 'aaac\n', 'z.md': 'aaac\n' });
  const reader = folder.reader();
  const input = { text: '(a+)+c', isRegex: true, filters: NO_FILTERS, limit: 20, budgetMs: 10_000 };
  const answer = await reader.ask('matches', ID, input, { deadlineMs: 20_000 });
  expect(answer.results.map(({ path }) => path)).toEqual(['a.md', 'z.md']);
  expect(answer).toMatchObject({
    ...{ complete: true, files: { searched: 4, all: 4 } },
    slow: { files: 1, paths: ['b.md'] },
  });
  const next = await reader.ask('matches', ID, { ...input, text: 'a+b$' }, { deadlineMs: 10_000 });
  expect(next).toMatchObject({ results: [{ path: 'b.md' }], slow: { files: 0, paths: [] } });
});

test('a search of text that explodes holds up no other search', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const search = createSearch({ reader });
  const slow = search.search(ID, asked('(a+)+c', { mode: 'regex' }), signal);
  const quick = await search.search(ID, asked('alpha'), signal);
  expect(quick.results[0]?.name).toBe('alpha');
  const answer = await slow;
  expect(answer).toMatchObject({
    ...{ query_kind: 'regex', method: 'text', nothing_found: false },
    slow: { files: 1, paths: ['b.md'] },
  });
  expect(answer.note).toBe('1 file took too long and may hold more than is shown: “b.md”.');
});

test('a folder full of files on which a regular expression explodes is answered for in time', async () => {
  const hostile = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`h${at}.md`, small['b.md']]));
  const folder = await open({ 'a.md': 'aaac\n', ...hostile });
  const search = createSearch({ reader: folder.reader() });
  const answer = await search.search(ID, asked('(a+)+c', { mode: 'regex' }), signal);
  expect(answer.results.map(({ path }) => path)).toEqual(['a.md']);
  expect(answer.slow.files).toBeGreaterThan(3);
  expect(answer.note).toMatch(
    /was ended: \d+ of 81 files were searched\. \d+ files took too long.* and \d+ more\./,
  );
});

test('an error of one question is told, and the thread goes on', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const place = { path: 'none.py', line: 1, limit: 5 };
  await expect(reader.ask('likeness', ID, place)).rejects.toMatchObject({ code: 'not_found' });
  const bad = { text: '(', isRegex: true, filters: NO_FILTERS, limit: 5, budgetMs: 1000 };
  await expect(reader.ask('matches', ID, bad)).rejects.toMatchObject({
    code: 'invalid_request',
    details: { position: 1 },
  });
  expect((await reader.ask('symbols', ID, { query: 'alpha', limit: 5 })).symbols).toHaveLength(1);
});

test('an index that is not there yet is told, and read as soon as it is', async () => {
  const folder = await open(small);
  const path = `${folder.path}.later`;
  const reader = createIndexReader({ log, pathOf: () => path, rootOf: () => folder.root });
  readers.push(reader);
  const ask = () => reader.ask('files', ID, { query: '', limit: 5 });
  await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
  writeFileSync(path, '');
  await expect(ask()).rejects.toMatchObject({ code: 'not_found' });
  rmSync(path);
  folder.copyTo(path);
  expect((await ask()).files).toHaveLength(2);
});

test('a new index takes the place of the old one at the next question', async () => {
  const [before, after] = [
    await open(small),
    await open({ 'new.py': 'def beta(value):\n    return value\n' }),
  ];
  const path = `${before.path}.current`;
  before.copyTo(path);
  after.copyTo(`${path}.next`);
  const reader = createIndexReader({ log, pathOf: () => path, rootOf: () => after.root });
  readers.push(reader);
  const paths = async () =>
    (await reader.ask('files', ID, { query: '', limit: 5 })).files.map(({ path }) => path);
  expect(await paths()).toEqual(['a.py', 'b.md']);
  await reader.forget(ID);
  renameSync(`${path}.next`, path);
  expect(await paths()).toEqual(['new.py']);
});

test('what the writer commits is seen by the next question', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const find = async () => (await reader.ask('symbols', ID, { query: 'gamma', limit: 5 })).symbols.length;
  expect(await find()).toBe(0);
  await folder.put({ 'c.py': 'def gamma(value):\n    return value\n' });
  expect(await find()).toBe(1);
  await folder.put({ 'c.py': null });
  expect(await find()).toBe(0);
});

test('a damaged index is reported', async () => {
  const folder = await open(small);
  const path = `${folder.path}.damaged`;
  writeFileSync(path, randomBytes(8192));
  const { promise, resolve } = Promise.withResolvers<string>();
  const reader = createIndexReader({
    log,
    pathOf: () => path,
    rootOf: () => folder.root,
    onDamaged: resolve,
  });
  readers.push(reader);
  await expect(reader.ask('files', ID, { query: '', limit: 5 })).rejects.toThrow(/damaged/);
  expect(await promise).toBe(ID);
});

test('an index that is gone is reported', async () => {
  const folder = await open(small);
  const { promise, resolve } = Promise.withResolvers<string>();
  const reader = createIndexReader({
    log,
    pathOf: () => `${folder.path}.gone`,
    rootOf: () => folder.root,
    onDamaged: resolve,
  });
  readers.push(reader);
  const asked = reader.ask('files', ID, { query: '', limit: 5 });
  await expect(asked).rejects.toMatchObject({ code: 'not_found' });
  expect(await promise).toBe(ID);
});

test('many workspaces are asked by turns', async () => {
  const folders = await Promise.all(
    Array.from({ length: 6 }, (_, at) =>
      open({ [`f${at}.py`]: `def name_${at}(value):\n    return value\n` }),
    ),
  );
  const reader = createIndexReader({
    log,
    pathOf: (id) => folders[Number(id)]?.path ?? '',
    rootOf: (id) => folders[Number(id)]?.root ?? '',
  });
  readers.push(reader);
  const answers = await Promise.all(
    Array.from({ length: 18 }, (_, at) => reader.ask('files', String(at % 6), { query: '', limit: 5 })),
  );
  expect(answers.map(({ files }) => files[0]?.path)).toEqual(
    Array.from({ length: 18 }, (_, at) => `f${at % 6}.py`),
  );
});

test('who does not wait any more is not answered, and frees the thread', async () => {
  const folder = await open({
    ...small,
    ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`m${at}.md`, 'x\n'])),
  });
  const reader = folder.reader();
  const input = { text: 'nowhere', isRegex: false, filters: NO_FILTERS, limit: 5, budgetMs: 10_000 };
  const leaving = new AbortController();
  const first = reader.ask('matches', ID, input, { signal: leaving.signal });
  const queued = reader.ask('matches', ID, input, { signal: leaving.signal });
  const staying = reader.ask('matches', ID, input, { deadlineMs: 10_000 });
  leaving.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  await expect(queued).rejects.toThrow('gone');
  await expect(staying).resolves.toMatchObject({ complete: true });
  await expect(reader.ask('matches', ID, input, { signal: leaving.signal })).rejects.toThrow('gone');
});

test('closing ends the threads, and who waits is told', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const waiting = reader.ask('files', ID, { query: '', limit: 5 });
  const told = expect(waiting).rejects.toMatchObject({ code: 'conflict' });
  await reader.close();
  await told;
  await expect(reader.ask('files', ID, { query: '', limit: 5 })).rejects.toMatchObject({ code: 'conflict' });
});

const vectorsOf = (embedQuery: VectorSearch['embedQuery']): VectorSearch => ({
  ...{
    isReady: () => true,
    embedQuery,
    nearest: async () => [],
    vectorsOf: async () => new Map(),
    weight: () => 0.2,
  },
});

test('an embedder that never answers, fails or is gone keeps no words waiting', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const outcomes = [
    { embed: () => new Promise<never>(() => undefined), note: /too slow/ },
    { embed: () => Promise.reject(new Error('broken')), note: /could not be asked/ },
    { embed: async () => null, note: /could not be asked/ },
  ];
  for (const { embed, note } of outcomes) {
    const search = createSearch({ reader, vectors: vectorsOf(embed) });
    const answer = await search.search(ID, asked('return the value of alpha'), signal);
    expect(answer).toMatchObject({ method: 'keyword + symbols', results: [{ name: 'alpha' }] });
    expect(answer.note).toMatch(note);
  }
});

test('vectors take part where the query is one of meaning, and are named', async () => {
  const folder = await open(small);
  const reader = folder.reader();
  const [textHash] = folder.place.index
    .prepare("select text_hash from chunks where name = 'alpha'")
    .pluck()
    .all() as string[];
  const vectors = {
    ...vectorsOf(async () => [1, 0]),
    nearest: async () => [{ textHash: textHash ?? '', distance: 0.1 }],
  };
  const search = createSearch({ reader, vectors });
  const found = await search.search(ID, asked('something that gives back'), signal);
  expect(found).toMatchObject({
    method: 'keyword + symbols + vectors',
    results: [{ name: 'alpha', why: { chief: 'meaning' } }],
  });
  expect(await search.search(ID, asked('a.py'), signal)).toMatchObject({
    method: 'keyword + symbols',
    query_kind: 'path',
  });
});

test('an empty query finds nothing, and an incomplete index is spoken of', async () => {
  const folder = await open(small);
  const search = createSearch({ reader: folder.reader(), noteOf: () => 'The index is not complete yet.' });
  for (const mode of ['all', 'symbols', 'exact', 'regex'] as const) {
    expect(await search.search(ID, asked('  ', { mode }), signal)).toMatchObject({
      results: [],
      nothing_found: true,
    });
  }
  expect((await search.search(ID, asked('alpha'), signal)).note).toBe('The index is not complete yet.');
  const symbols = await search.search(ID, asked('alp', { mode: 'symbols' }), signal);
  expect(symbols).toMatchObject({
    query_kind: 'symbol',
    results: [{ name: 'alpha', why: { chief: 'defines' } }],
  });
});
