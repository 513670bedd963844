import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { begin } from './testing/begin.ts';
import { putFiles } from './testing/open-indexing.ts';

const store =
  'import { open } from "./open";\n\nexport function loadUser(id: string) {\n  return open(id);\n}\n';

test('an opened folder is indexed along its syntax, with what its imports lead to', async () => {
  const { room, id } = begin({
    'src/store.ts': store,
    'src/open.ts': 'export const open = (id: string) => id;\n',
    'notes.md': '# Plan\n\nBuy milk.\n',
    'tests/test_a.py': 'def test_milk():\n    assert True\n',
  });
  const state = await room.is(id, 'watching');
  expect(state).toMatchObject({ error: null, method: 'keyword + symbols', rate: null, seconds_left: null });
  expect(state.indexed).toMatchObject({ files: 4, skipped: 0, failed: 0, lines: 11 });
  expect(room.find(id, 'milk')).toEqual(['notes.md', 'tests/test_a.py']);
  const rows = (sql: string) => room.read(id, (index) => index.prepare(sql).all());
  expect(rows('select specifier, target from imports')).toEqual([
    { specifier: './open', target: 'src/open.ts' },
  ]);
  expect(
    rows(
      "select refs.name, refs.line, symbols.name as inside from refs join symbols on symbols.id = symbol_id where refs.kind = 'call'",
    ),
  ).toEqual([{ name: 'open', line: 4, inside: 'loadUser' }]);
  expect(rows('select path from files where is_test = 1')).toEqual([{ path: 'tests/test_a.py' }]);
});

test('an edit is found after it, and what it took away is not', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n', 'src/b.py': 'beta = 1\n' });
  await room.is(id, 'watching');
  putFiles(root, { 'src/b.py': 'gamma = 1\n' });
  await room.seen(() => room.find(id, 'gamma').length > 0);
  expect(room.find(id, 'beta')).toEqual([]);
  expect(room.find(id, 'alpha')).toEqual(['a.py']);
  await room.seen(() => room.changed.includes('src/b.py'));
});

test('files that are renamed, deleted, or moved in with their folder are found where they are', async () => {
  const { root, room, id } = begin({
    'a.py': 'alpha = 1\n',
    'src/b.py': 'beta = 1\n',
    'src/c.py': 'gamma = 1\n',
  });
  await room.is(id, 'watching');
  renameSync(join(root, 'a.py'), join(root, 'z.py'));
  await room.seen(() => String(room.find(id, 'alpha')) === 'z.py');
  rmSync(join(root, 'src'), { recursive: true });
  await room.seen(() => room.paths(id).length === 1);
  expect(room.find(id, 'beta OR gamma')).toEqual([]);
  const outside = begin({ 'deep/er/d.py': 'delta = 1\n' });
  renameSync(join(outside.root, 'deep'), join(root, 'deep'));
  await room.seen(() => String(room.find(id, 'delta')) === 'deep/er/d.py');
});

test('an import finds its file when that appears, and loses it when it goes', async () => {
  const { root, room, id } = begin({ 'src/store.ts': store });
  const target = () => room.read(id, (index) => index.prepare('select target from imports').pluck().get());
  await room.is(id, 'watching');
  expect(target()).toBe(null);
  putFiles(root, { 'src/open.ts': 'export const open = 1;\n' });
  await room.seen(() => target() === 'src/open.ts');
  rmSync(join(root, 'src/open.ts'));
  await room.seen(() => target() === null);
});

test('another branch is taken up as one, and going back finds the old words again', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`src/f${at}.py`, `alpha${at} = 1\n`]),
  );
  const { root, room, id } = begin(many);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: root,
      stdio: 'ignore',
    });
  git('init', '-b', 'main');
  git('add', '.');
  git('commit', '-m', 'one');
  await room.is(id, 'watching');
  git('checkout', '-b', 'other');
  for (let at = 0; at < 30; at += 1) putFiles(root, { [`src/f${at}.py`]: `beta${at} = 1\n` });
  rmSync(join(root, 'src/f0.py'));
  git('add', '-A');
  git('commit', '-m', 'two');
  await room.seen(() => room.find(id, 'beta29').length === 1 && room.paths(id).length === 29);
  git('checkout', 'main');
  await room.seen(() => room.find(id, 'alpha29').length === 1 && room.paths(id).length === 30);
  expect(room.find(id, 'beta29')).toEqual([]);
  expect(room.find(id, 'alpha0')).toEqual(['src/f0.py']);
});

test('rules that change take files out of the index and bring them back', async () => {
  const { root, room, entry, id } = begin({ 'a.py': 'alpha = 1\n', 'out/b.py': 'beta = 1\n' });
  await room.is(id, 'watching');
  putFiles(root, { '.gitignore': 'out/\n' });
  await room.seen(() => !room.paths(id).includes('out/b.py'));
  rmSync(join(root, '.gitignore'));
  await room.seen(() => room.paths(id).includes('out/b.py'));
  room.open({ ...entry, exclude: ['a.py'] });
  await room.seen(() => !room.paths(id).includes('a.py'));
});

test('a folder that becomes a repository is read by the rules of one, without a restart', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha = 1\n', 'notes.private': 'beta = 1\n' });
  await room.is(id, 'watching');
  execFileSync('git', ['init', '--quiet', root]);
  putFiles(root, { '.git/info/exclude': '*.private\n' });
  await room.seen(() => !room.paths(id).includes('notes.private'));
  rmSync(join(root, '.git'), { recursive: true });
  await room.seen(() => room.paths(id).includes('notes.private'));
});

test('what is no text, too large, minified or strange by name is said, and the rest is indexed', async () => {
  const strange = 'a\nb\u202E.py';
  const { root, room, id } = begin({
    'good.py': 'alpha = 1\n',
    [strange]: 'beta = 1\n',
    'empty.py': '',
    'binary.py': new Uint8Array([1, 0, 2, 0, 0, 3]),
    'latin.py': Buffer.from('# caf\xe9\ngamma = 1\n', 'latin1'),
    'bundle.js': `var a=${'1+'.repeat(4000)}1;`,
  });
  writeFileSync(join(root, 'huge.py'), '');
  truncateSync(join(root, 'huge.py'), 3_000_000);
  execFileSync('mkfifo', [join(root, 'pipe.py')]);
  symlinkSync(root, join(root, 'loop'));
  symlinkSync('/etc/passwd', join(root, 'passwd.txt'));
  await room.is(id, 'watching');
  await room.seen(() => room.indexing.state(id).indexed.skipped >= 3);
  expect(room.paths(id)).toEqual([strange, 'empty.py', 'good.py', 'latin.py']);
  const { problems, next } = await problemsOf(room, id, '');
  expect(next).toBe(null);
  expect(problems.map(({ path }) => path)).toEqual(['binary.py', 'bundle.js', 'huge.py']);
  for (const { reason } of problems) expect(reason).toMatch(/^[A-Z].*\.$/);
  const first = await problemsOf(room, id, '?limit=2');
  expect(first.next).toBe('bundle.js');
  expect((await problemsOf(room, id, '?after=bundle.js')).problems).toHaveLength(1);
});

test.runIf(process.getuid?.() !== 0)(
  'a file that may be read again is taken up by the next scan',
  async () => {
    const { root, room, entry, id } = begin({ 'a.py': 'alpha = 1\n' });
    execFileSync('chmod', ['000', join(root, 'a.py')]);
    room.open({ ...entry, exclude: ['nothing'] });
    await room.is(id, 'watching');
    execFileSync('chmod', ['644', join(root, 'a.py')]);
    room.open(entry);
    await room.seen(() => room.find(id, 'alpha').length === 1);
  },
);

test('a PDF is found by its pages, and a broken one is said to be so', async () => {
  const { room, id } = begin({
    'paper.pdf': onePagePdf('The quick brown fox'),
    'broken.pdf': '%PDF-1.4 nothing',
  });
  await room.is(id, 'watching');
  expect(room.find(id, 'quick')).toEqual(['paper.pdf']);
  const { problems } = await problemsOf(room, id, '');
  expect(problems).toMatchObject([{ path: 'broken.pdf', status: 'skipped' }]);
});

test('a folder that is closed takes its index along, and only open folders have one', async () => {
  const { room, id } = begin({ 'a.py': 'alpha = 1\n' });
  await room.is(id, 'watching');
  const response = await room.indexing.routes.request('/retrieval/indexes');
  expect((await response.json()).indexes).toMatchObject([{ workspace_id: id, status: 'watching' }]);
  const released: string[] = [];
  room.indexing.onRelease((released_) => void released.push(released_));
  room.close(id);
  await room.seen(() => room.indexing.list().length === 0);
  await room.indexing.stop();
  expect(released).toEqual([id]);
  expect(room.files()).toEqual([]);
  expect(() => room.indexing.state(id)).toThrow(/not open/);
});

async function problemsOf(room: ReturnType<typeof begin>['room'], id: string, query: string) {
  const response = await room.indexing.routes.request(`/retrieval/${id}/index/problems${query}`);
  return (await response.json()) as { problems: { path: string; reason: string }[]; next: string | null };
}

function onePagePdf(text: string): string {
  const stream = `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = body.length;
    body += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  return `${body}xref\n0 6\n0000000000 65535 f \n${table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF`;
}

test('a folder that is closed and opened again at once keeps the index that is made then', async () => {
  const { room, entry, id } = begin({ 'a.py': 'alpha = 1\n' });
  await room.is(id, 'watching');
  const released = Promise.withResolvers<void>();
  room.indexing.onRelease(() => released.promise);
  room.close(id);
  room.open(entry);
  // The files of the first one go when its readers are done, which may be later than the second one would be.
  const isDone = room.is(id, 'watching');
  await Promise.race([isDone, new Promise((resolve) => setTimeout(resolve, 500))]);
  released.resolve();
  await isDone;
  room.close(id);
  room.open(entry);
  room.close(id);
  room.open(entry);
  await room.is(id, 'watching');
  expect(room.find(id, 'alpha')).toEqual(['a.py']);
});
