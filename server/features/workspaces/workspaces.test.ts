import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { FeatureContext, FeatureParts } from '#server/feature.ts';
import { readConfig } from '#server/kernel/config.ts';
import { createHooks, type Hooks } from '#server/kernel/hooks.ts';
import { failureRenderer } from '#server/kernel/http.ts';
import { createLog } from '#server/kernel/log.ts';
import type { WorkspacesEvents } from './contract.ts';
import { workspacesFeature } from './workspaces.ts';

let base: string;
let project: string;
let database: Database;
let parts: FeatureParts;
let hooks: Hooks;
let announced: (id: string) => void;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'workspaces-')));
  project = join(base, 'person/code/atlas');
  mkdirSync(join(project, 'src'), { recursive: true });
  mkdirSync(join(base, 'person/.mlx-code'));
  database = openTestDatabase();
  setUp();
});
afterEach(async () => {
  await parts.stop?.();
  database.close();
  rmSync(base, { recursive: true });
});

function setUp(environment: Record<string, string> = {}): void {
  const config = readConfig({
    args: ['--home', join(base, 'person/.mlx-code')],
    environment: { HOME: join(base, 'person'), ...environment },
  });
  const log = createLog({ level: 'error' });
  hooks = createHooks();
  announced = () => undefined;
  const events = {
    emit: (_topic: string, _event: string, { id }: { id: string }) => announced(id),
    listeners: () => 0,
  };
  const context = { config, log, database, hooks, events } as unknown as FeatureContext<WorkspacesEvents>;
  parts = workspacesFeature.setup(context);
  parts.routes?.onError(failureRenderer({ log }));
  void parts.start?.();
}

async function ask(path: string, body?: unknown, method = 'POST') {
  const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await parts.routes!.request(`/workspaces${path}`, body === undefined ? undefined : init);
  return { status: answer.status, body: (await answer.json()) as any };
}

const open = async (path = project) => (await ask('', { path })).body;

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

describe('opening folders', () => {
  it('opens a folder once, names it, and lists the one used last first', async () => {
    const atlas = await open();
    expect(atlas).toMatchObject({ name: 'atlas', path: project, branch: null, missing: false });
    mkdirSync(join(base, 'person/code/other'));
    const other = await open(join(base, 'person/code/other'));
    expect((await open('~/code/atlas')).id).toBe(atlas.id);
    const { body } = await ask('');
    expect(body.workspaces.map(({ id }: { id: string }) => id)).toEqual([atlas.id, other.id]);
  });

  it.each([
    ['forbidden', 'home itself', () => join(base, 'person')],
    ['forbidden', 'what holds home', () => base],
    ['forbidden', 'the root of the disk', () => '/'],
    ['forbidden', 'our own data', () => join(base, 'person/.mlx-code')],
    ['forbidden', 'what the system keeps no files in', () => '/proc/self'],
    ['forbidden', 'a link to home', () => join(base, 'person/code/link')],
    ['not_found', 'what is not there', () => join(base, 'nowhere')],
    ['invalid_request', 'a file', () => join(project, 'file')],
    ['invalid_request', 'a relative path', () => 'code/atlas'],
    ['invalid_request', 'a path with NUL', () => `${project}\0`],
  ])('refuses with %s: %s', async (code, _what, path) => {
    symlinkSync(join(base, 'person'), join(base, 'person/code/link'));
    write('file');
    expect((await ask('', { path: path() })).body.error).toMatchObject({ code });
  });

  it('keeps what was set, also over closing and opening again', async () => {
    const { id } = await open();
    await ask(`/${id}`, { name: 'Atlas', model_id: 'guide', auto_context: false }, 'PATCH');
    expect((await ask(`/${id}/close`, {})).body).toEqual({ closed: true });
    expect((await ask('')).body.workspaces).toEqual([]);
    expect(await open()).toMatchObject({ id, name: 'Atlas', model_id: 'guide', auto_context: false });
  });

  it('says that a folder is gone, and has it again when it is back', async () => {
    const { id } = await open();
    renameSync(project, `${project}-away`);
    expect((await ask('')).body.workspaces[0]).toMatchObject({ missing: true });
    expect((await ask(`/${id}/tree`)).body.error).toMatchObject({ code: 'not_found' });
    symlinkSync('/etc', project);
    expect((await ask('')).body.workspaces[0]).toMatchObject({ missing: true });
    rmSync(project);
    renameSync(`${project}-away`, project);
    expect((await ask(`/${id}/tree`)).status).toBe(200);
  });

  it('reads the branch from the files of git, in a worktree too', async () => {
    write('.git/HEAD', 'ref: refs/heads/feature/upload\n');
    expect(await open()).toMatchObject({ branch: 'feature/upload' });
    write('.git/worktrees/w/HEAD', `${'ab12cd34'.repeat(5)}\n`);
    write('.git/worktrees/w/commondir', '../..\n');
    const worktree = join(base, 'person/code/worktree');
    mkdirSync(worktree);
    writeFileSync(join(worktree, '.git'), `gitdir: ${project}/.git/worktrees/w\n`);
    expect(await open(worktree)).toMatchObject({ branch: 'ab12cd34' });
  });

  it('refuses ids that are none, and folders that are not open', async () => {
    expect((await ask('/nonsense/tree')).status).toBe(400);
    expect((await ask('/01ARZ3NDEKTSV4RRFFQ69G5FAV/tree')).body.error.code).toBe('not_found');
    expect((await ask('/01ARZ3NDEKTSV4RRFFQ69G5FAV/close', {})).body).toEqual({ closed: false });
  });
});

describe('the project file', () => {
  it('is read again when it changes, and everybody is told', async () => {
    const { id } = await open();
    const told: unknown[] = [];
    const announcement = new Promise<string>((resolve) => (announced = resolve));
    hooks.all('workspaceSource')[0]!.follow((_id, entry) => told.push(entry));
    write('.mlx-code.json', '{"model": "guide", "exclude": ["*.snap"], "wrong": 1}');
    expect(await announcement).toBe(id);
    expect(told).toContainEqual(
      expect.objectContaining({ id, root: project, include: [], exclude: ['*.snap'] }),
    );
    expect((await ask('')).body.workspaces[0].project).toMatchObject({
      model: 'guide',
      error: '.mlx-code.json, line 1: wrong is no setting.',
    });
  });

  it('tells a new branch', async () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    const { id } = await open();
    const announcement = new Promise<string>((resolve) => (announced = resolve));
    write('.git/HEAD', 'ref: refs/heads/next\n');
    expect(await announcement).toBe(id);
    expect((await ask('')).body.workspaces[0].branch).toBe('next');
  });

  it('tells other rooms how much of it questions may take, as the person set it or the project says', async () => {
    writeFileSync(join(project, '.mlx-code.json'), '{"auto_context": false, "ctx_chars": 7000}');
    const { id } = await open();
    const entry = () => hooks.all('workspaceSource')[0]!.find(id);
    expect(entry()).toMatchObject({ autoContext: false, contextCharacters: 7000 });
    await ask(`/${id}`, { auto_context: true }, 'PATCH');
    expect(entry()).toMatchObject({ autoContext: true });
  });

  it('tells other rooms which folders are open, and which are closed', async () => {
    const told: [string, string | undefined][] = [];
    const source = hooks.all('workspaceSource')[0]!;
    source.follow((id, entry) => told.push([id, entry?.root]));
    const { id } = await open();
    expect(source.list()).toEqual([
      {
        id,
        name: 'atlas',
        root: project,
        include: [],
        exclude: [],
        autoContext: true,
        contextCharacters: null,
      },
    ]);
    await ask(`/${id}/close`, {});
    expect(source.find(id)).toBeUndefined();
    expect(told).toEqual([
      [id, project],
      [id, undefined],
    ]);
  });
});

describe('looking for a folder', () => {
  const listing = async (path?: string) =>
    (await ask(`/folders${path === undefined ? '' : `?path=${encodeURIComponent(path)}`}`)).body;

  it('begins at home, marks repositories and shows no files and no data of ours', async () => {
    write('.git/HEAD', '');
    writeFileSync(join(base, 'person/code/file'), '');
    const home = await listing();
    expect(home).toMatchObject({ path: join(base, 'person'), parent: null });
    expect(home.refusal).toContain('holds your whole home folder');
    expect(home.folders.map(({ name }: { name: string }) => name)).toEqual(['code']);
    const code = await listing(home.folders[0].path);
    expect(code).toMatchObject({ parent: home.path, refusal: null });
    expect(code.folders).toEqual([{ name: 'atlas', path: project, repository: true, hidden: false }]);
    const { body } = await ask('/folders?hidden=true');
    expect(body.folders.map(({ name }: { name: string }) => name)).toEqual(['code']);
  });

  it('leads nowhere else: not up, not by a link, not by a path', async () => {
    symlinkSync('/etc', join(base, 'person/code/etc'));
    for (const path of ['/etc', base, `${project}/../../../..`, join(base, 'person/code/etc'), '/']) {
      expect((await listing(path)).error).toMatchObject({ code: 'forbidden' });
    }
    expect((await listing('code\0')).error).toMatchObject({ code: 'invalid_request' });
    expect((await listing(join(base, 'person/none'))).error).toMatchObject({ code: 'not_found' });
  });

  it('leads to folders that were allowed in the settings', async () => {
    await parts.stop?.();
    mkdirSync(join(base, 'srv/project'), { recursive: true });
    setUp({ MLX_CODE_WORKSPACE_ROOTS: join(base, 'srv') });
    expect((await listing(join(base, 'srv'))).folders).toHaveLength(1);
  });
});

describe('the tree', () => {
  it('shows a level, folders first, with what is left out of the index marked', async () => {
    write('.gitignore', '*.log\n');
    write('.mlx-code.json', '{"exclude": ["docs/"]}');
    for (const path of ['b10.ts', 'b9.ts', 'x.log', 'docs/a.md', 'node_modules/a/b.js']) write(path, 'four');
    symlinkSync('b9.ts', join(project, 'link.ts'));
    const { id } = await open();
    const { body } = await ask(`/${id}/tree`);
    expect(body.entries.map(({ name, ignored }: any) => (ignored ? `(${name})` : name))).toEqual([
      ...['(docs)', '(node_modules)', 'src'],
      ...['.gitignore', '.mlx-code.json', 'b9.ts', 'b10.ts', 'link.ts', '(x.log)'],
    ]);
    expect(body.entries.find(({ name }: any) => name === 'b9.ts')).toEqual({
      ...{ name: 'b9.ts', path: 'b9.ts', kind: 'file', size: 4, ignored: false, language: 'typescript' },
    });
    expect(body.entries.find(({ name }: any) => name === 'link.ts')).toMatchObject({
      kind: 'link',
      size: null,
    });
    const inner = await ask(`/${id}/tree?path=docs`);
    expect(inner.body.entries).toMatchObject([{ path: 'docs/a.md', ignored: true }]);
  });

  it('cuts a folder with very many files and says so', async () => {
    for (let at = 0; at < 2100; at += 1) writeFileSync(join(project, `src/${at}.ts`), '');
    const { id } = await open();
    const { body } = await ask(`/${id}/tree?path=src`);
    expect(body.entries).toHaveLength(2000);
    expect(body.truncated).toBe(true);
  });
});

describe('a file', () => {
  const file = async (path: string) => {
    const { id } = await open();
    return ask(`/${id}/file?path=${encodeURIComponent(path)}`);
  };

  it('comes with its language, lines and hash, whatever its name', async () => {
    const name = 'src/\u202eline\nbreak.py';
    write(name, 'print(1)\n');
    expect((await file(name)).body).toMatchObject({
      ...{ path: name, text: 'print(1)\n', language: 'python', lines: 1, encoding: 'utf-8', bytes: 9 },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('that is no text, or too large, says why it is not shown', async () => {
    write('image.png', 'PNG\0');
    expect((await file('image.png')).body).toMatchObject({ text: null, reason: 'It is not a text file.' });
    write('large.ts', 'x'.repeat(2_000_001));
    expect((await file('large.ts')).body.reason).toContain('too large');
  });

  it.each([
    ['forbidden', '../other/secret'],
    ['forbidden', 'src/../../other/secret'],
    ['forbidden', 'out/secret'],
    ['forbidden', 'secret-link'],
    ['invalid_request', '/etc/passwd'],
    ['invalid_request', 'a\0b'],
    ['invalid_request', 'pipe'],
    ['invalid_request', 'src'],
    ['not_found', 'nothing.ts'],
    ['not_found', 'file.ts/inside'],
  ])('is refused with %s: %j', async (code, path) => {
    mkdirSync(join(base, 'person/code/other'));
    writeFileSync(join(base, 'person/code/other/secret'), 'secret');
    symlinkSync(join(base, 'person/code/other'), join(project, 'out'));
    symlinkSync(join(base, 'person/code/other/secret'), join(project, 'secret-link'));
    execFileSync('mkfifo', [join(project, 'pipe')]);
    write('file.ts');
    const { body } = await file(path);
    expect(body.error).toMatchObject({ code });
    expect(JSON.stringify(body)).not.toContain('"secret"');
  });
});
