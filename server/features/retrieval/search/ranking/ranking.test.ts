import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import { NO_FILTERS } from './filter.ts';

const opened: IndexedFolder[] = [];

async function open(files: Record<string, string | Uint8Array>): Promise<IndexedFolder> {
  const folder = await openIndexedFolder(files);
  opened.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.close();
});

/** A function of a few lines, so that lengths say nothing. */
function python(name: string, body: string): string {
  return `def ${name}(value):\n    ${body}\n    result = value\n    return result\n`;
}

test('what is defined comes before what only mentions it', async () => {
  const folder = await open({
    'store.ts': 'export function openStore(path: string) {\n  const handle = path;\n  return handle;\n}\n',
    'main.ts':
      'export function main() {\n  openStore("a");\n  openStore("b");\n  openStore("c");\n  openStore("openStore");\n}\n',
  });
  const { results, queryKind } = await folder.find('openStore');
  expect(queryKind).toBe('symbol');
  expect(results.map(({ path }) => path)).toEqual(['store.ts', 'main.ts']);
  expect(results[0]?.why).toMatchObject({ symbol: 1, chief: 'defines' });
  expect(results[0]?.why.boosts).toContainEqual({ rule: 'defines openStore', factor: 2 });
  expect(results[1]?.why.chief).toBe('words');
});

test('a name is found by its parts, and by the whole written apart', async () => {
  const folder = await open({
    'a.py': python('getUserName_v2', 'load = 1'),
    'b.py': python('unrelated', 'name = 1'),
  });
  for (const query of ['user name', 'get user name v2', 'username', 'getusername']) {
    expect((await folder.find(query)).results[0]?.name, query).toBe('getUserName_v2');
  }
});

test('a class named with its method chooses among methods of one name', async () => {
  const classOf = (name: string) =>
    `class ${name}:\n    def close(self):\n        self.done = True\n        return self\n`;
  const folder = await open({
    'a.py': classOf('Reader'),
    'b.py': classOf('Writer'),
    'c.py': classOf('Other'),
  });
  expect((await folder.find('Writer.close')).results[0]).toMatchObject({ path: 'b.py', name: 'close' });
  expect((await folder.find('Reader.close()')).results[0]).toMatchObject({ path: 'a.py', name: 'close' });
});

test('a file named by the query moves up, and says so', async () => {
  const folder = await open({
    'lib/one.py': python('check', 'parse = "gamma delta"'),
    'lib/gamma.py': python('check', 'parse = "gamma delta"'),
  });
  const { results } = await folder.find('gamma delta parse');
  expect(results[0]?.path).toBe('lib/gamma.py');
  expect(results[0]?.why.boosts.map(({ rule }) => rule)).toContain('file name matches');
});

test('tests come last unless they are asked for', async () => {
  const folder = await open({
    'tests/test_retry.py': python('test_retry_backoff', 'retry = "backoff retry backoff"'),
    'net.py': python('fetch', 'retry = "backoff of the retry"'),
  });
  const plain = await folder.find('retry backoff');
  expect(plain.results.map(({ path }) => path)).toEqual(['net.py', 'tests/test_retry.py']);
  expect(plain.results[1]?.why.boosts).toContainEqual({ rule: 'test file', factor: 0.3 });
  const asked = await folder.find('tests of retry backoff');
  expect(asked.results[0]).toMatchObject({ path: 'tests/test_retry.py', why: { chief: 'test' } });
  const filtered = await folder.find('retry backoff', { filters: { ...NO_FILTERS, paths: ['tests/'] } });
  expect(filtered.results[0]?.why.boosts.map(({ rule }) => rule)).not.toContain('test file');
});

test('a folder named latest-app is not taken for tests', async () => {
  const folder = await open({ 'latest-app/attestation.py': python('attest', 'quote = "enclave"') });
  const { results } = await folder.find('enclave quote');
  expect(results[0]?.why.boosts.map(({ rule }) => rule)).not.toContain('test file');
});

test('one file does not crowd out the others', async () => {
  const many = Array.from({ length: 8 }, (_, at) => python(`parse_token_${at}`, 'token = parse')).join('\n');
  const one = python('read', 'token = parse(token)');
  const folder = await open({ 'many.py': many, 'a.py': one, 'b.py': one });
  const { results } = await folder.find('parse token', { limit: 5 });
  expect(results.filter(({ path }) => path === 'many.py')).toHaveLength(3);
  expect(results.map(({ path }) => path)).toEqual(expect.arrayContaining(['a.py', 'b.py']));
  const all = await folder.find('parse token', { limit: 20 });
  expect(all.results).toHaveLength(10);
});

test('of two chunks that say the same, the one with more about it in its file comes first', async () => {
  const folder = await open({
    'a.py': python('alone', 'x = "widget"'),
    'b.py': ['first', 'second', 'third'].map((name) => python(name, 'x = "widget"')).join('\n'),
  });
  const { results } = await folder.find('widget');
  expect(results[0]?.path).toBe('b.py');
  expect(results[0]?.why.boosts.map(({ rule }) => rule)).toContain('more in the same file');
});

test('a path is found by its end, by a piece, and at its line', async () => {
  const folder = await open({
    'server/kernel/http.ts': `${'// line\n'.repeat(3)}export function serve() {\n  return 1;\n}\n\nexport function close() {\n  return 2;\n}\n`,
    'server/kernel/log.ts': 'export function log() {\n  return "server/kernel/http.ts";\n}\n',
    'app/http.tsx': 'export function Http() {\n  return null;\n}\n',
  });
  for (const query of [
    'kernel/http.ts',
    'http.ts',
    './server/kernel/http.ts',
    '/home/me/project/server/kernel/http.ts',
  ]) {
    const { results, queryKind } = await folder.find(query);
    expect(queryKind, query).toBe('path');
    expect(results[0], query).toMatchObject({ path: 'server/kernel/http.ts', why: { chief: 'path' } });
  }
  expect((await folder.find('server/kernel/http.ts:9')).results[0]?.name).toBe('close');
});

test('a trace leads to where it broke, then to how it came there', async () => {
  const folder = await open({
    'app/run.py': `import sys\n\n${python('start', 'load(value)')}`,
    'app/load.py': `import sys\n\n${python('load', 'raise KeyError(value)')}`,
    'app/other.py': python('load_key_error', 'key = "KeyError missing key"'),
  });
  const trace = [
    'Traceback (most recent call last):',
    '  File "/srv/app/run.py", line 4, in start',
    '    load(value)',
    '  File "/srv/app/load.py", line 4, in load',
    '    raise KeyError(value)',
    '  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode',
    'KeyError: 5',
  ].join('\n');
  const { results, queryKind } = await folder.find(trace);
  expect(queryKind).toBe('trace');
  expect(results.slice(0, 2).map(({ path, name }) => `${path} ${name}`)).toEqual([
    'app/load.py load',
    'app/run.py start',
  ]);
});

test('a JavaScript trace begins where it broke', async () => {
  const folder = await open({
    'src/a.ts': 'export function outer() {\n  inner();\n}\n',
    'src/b.ts': 'export function inner() {\n  throw new Error("no");\n}\n',
  });
  const { results } = await folder.find(
    'Error: no\n    at inner (/x/src/b.ts:2:9)\n    at outer (/x/src/a.ts:2:3)\n    at node:internal/main:5:1',
  );
  expect(results.map(({ name }) => name)).toEqual(['inner', 'outer']);
});

test('filters leave languages, paths and kinds', async () => {
  const folder = await open({
    'src/a.py': python('alpha', 'shared = "word"'),
    'src/b.ts': 'export function beta() {\n  const shared = "word";\n  return shared;\n}\n',
    'docs/c.md': '# Title\n\nA shared word in prose.\n',
  });
  const pathsOf = async (filters: Partial<typeof NO_FILTERS>) =>
    (await folder.find('shared word', { filters: { ...NO_FILTERS, ...filters } })).results
      .map(({ path }) => path)
      .sort();
  expect(await pathsOf({})).toEqual(['docs/c.md', 'src/a.py', 'src/b.ts']);
  expect(await pathsOf({ languages: ['python', 'markdown'] })).toEqual(['docs/c.md', 'src/a.py']);
  expect(await pathsOf({ paths: ['src/**'] })).toEqual(['src/a.py', 'src/b.ts']);
  expect(await pathsOf({ paths: ['!*.md', '!src/a.py'] })).toEqual(['src/b.ts']);
  expect(await pathsOf({ kinds: ['function'], paths: ['src'] })).toEqual(['src/a.py', 'src/b.ts']);
  expect(await pathsOf({ kinds: ['section'] })).toEqual(['docs/c.md']);
});

test('a few lines are shown with the words marked, also in another form', async () => {
  const filler = Array.from({ length: 20 }, (_, at) => `    other_${at} = ${at}`).join('\n');
  const folder = await open({
    'a.py': `def work(value):\n${filler}\n    parsedTokens = 1\n    return value\n`,
  });
  const { results } = await folder.find('parsing a token');
  const snippet = results[0]?.snippet;
  const line = 22;
  expect(snippet?.text.split('\n')).toHaveLength(5);
  const marks = snippet?.highlights.filter((mark) => mark.line === line);
  const text = snippet?.text.split('\n')[line - (snippet.line ?? 0)] ?? '';
  expect(marks?.map(({ from, to }) => text.slice(from, to))).toEqual(['parsedTokens']);
});

test('a file that changed since is marked, and shown as it is', async () => {
  const folder = await open({ 'a.py': python('alpha', 'before = "marker"') });
  expect((await folder.find('marker')).results[0]?.changed).toBe(false);
  writeFileSync(join(folder.root, 'a.py'), 'marker = 2\n');
  const [changed] = (await folder.find('marker')).results;
  expect(changed).toMatchObject({ changed: true, snippet: { line: 1, text: 'marker = 2\n' } });
});

test('a file that is gone is not shown', async () => {
  const folder = await open({
    'a.py': python('alpha', 'one = "marker"'),
    'b.py': python('beta', 'one = "marker"'),
  });
  rmSync(join(folder.root, 'a.py'));
  expect((await folder.find('marker')).results.map(({ path }) => path)).toEqual(['b.py']);
});

test('it is said when nothing has much of the question', async () => {
  const folder = await open({
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`m${at}.py`, python(`make_${at}`, 'work = "list"')]),
    ),
    'login.py': python('login', 'session = "password of the user"'),
  });
  expect((await folder.find('quantum flux capacitor work')).nothingFound).toBe(true);
  expect((await folder.find('zzzz')).nothingFound).toBe(true);
  expect((await folder.find('how is the password of a user checked?')).nothingFound).toBe(false);
  expect((await folder.find('login')).nothingFound).toBe(false);
});

test('an empty index and an empty folder answer with nothing', async () => {
  const folder = await open({});
  expect(await folder.find('anything at all')).toMatchObject({
    results: [],
    nothingFound: true,
    truncated: false,
  });
});

test('vectors move what words find, and find what words do not', async () => {
  const names = ['alpha', 'beta', 'gamma', 'delta'];
  const folder = await open(
    Object.fromEntries(
      names.map((name) => [`${name}.py`, python(name, name === 'delta' ? 'y = 2' : 'x = "budget"')]),
    ),
  );
  const rows = folder.place.index.prepare('select name, text_hash hash from chunks').all() as {
    name: string;
    hash: string;
  }[];
  const hashOf = (name: string) => rows.find((row) => row.name === name)?.hash ?? '';
  const near = (list: string[]) =>
    list.map((name, at) => ({ textHash: hashOf(name), distance: 0.2 + at * 0.2 }));
  const query = 'where is the budget kept?';
  const plain = await folder.find(query);
  expect(plain.usedVectors).toBe(false);
  expect(plain.results.map(({ why }) => why.meaning)).toEqual([null, null, null]);
  const last = plain.results.at(-1)?.name ?? '';
  const hybrid = await folder.find(query, { vectors: { hits: near([last, 'delta', 'zeta']), weight: 0.3 } });
  expect(hybrid.results[0]).toMatchObject({ name: last, why: { meaning: 1 } });
  expect(hybrid.results.map(({ name }) => name)).toContain('delta');
  const foreign = 'photosynthesis of conifers';
  const far = near(['delta']).map((hit) => ({ ...hit, distance: 0.7 }));
  expect((await folder.find(foreign, { vectors: { hits: far, weight: 0.3 } })).nothingFound).toBe(true);
  const close = near(['delta']);
  expect((await folder.find(foreign, { vectors: { hits: close, weight: 0.3 } })).nothingFound).toBe(false);
  const ignored = await folder.find(query, { vectors: { hits: near([last, 'delta']), weight: 0 } });
  expect(ignored.results.map(({ name }) => name)).toEqual(plain.results.map(({ name }) => name));
});

test('a page of a PDF is found and its words are shown', async () => {
  const folder = await open({ 'paper.pdf': pdf('Gradient descent converges slowly') });
  const [result] = (await folder.find('gradient descent')).results;
  expect(result).toMatchObject({ path: 'paper.pdf', kind: 'page', line: 1, changed: false });
  expect(result?.snippet.text).toContain('Gradient descent converges');
  expect(result?.snippet.highlights).toContainEqual({ line: 1, from: 0, to: 8 });
});

/** The smallest PDF with one line of text. */
function pdf(text: string): Uint8Array {
  const stream = `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = body.length;
    body += `${at + 1} 0 obj${object}endobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 6\n0000000000 65535 f \n${table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF`;
  return Buffer.from(body + end);
}
