import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRules } from './ignore-rules.ts';
import { changesSince, type FolderChanges, type FolderWatch, watchFolder } from './watch-folder.ts';

let base: string;
let root: string;
let open: FolderWatch | undefined;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')));
  root = join(base, 'project');
  mkdirSync(join(root, 'src'), { recursive: true });
  mkdirSync(join(root, '.git'));
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(root, '.gitignore'), 'ignored/\n*.log\n');
  writeFileSync(join(root, 'src/a.ts'), 'a');
});
afterEach(async () => {
  await open?.stop();
  open = undefined;
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true });
});

/** Batches as they come, and a way to wait for one. */
async function watched() {
  const batches: FolderChanges[] = [];
  const waiting = new Set<() => void>();
  open = await watchFolder(root, readRules(root), {
    onChanges: (batch) => {
      batches.push(batch);
      for (const wake of waiting) wake();
    },
  });
  return {
    batches,
    until: async (wanted: (batch: FolderChanges) => boolean) => {
      for (;;) {
        const found = batches.find(wanted);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
  };
}

const tells = (path: string, kind: string) => (batch: FolderChanges) =>
  batch.changes.some((change) => change.path === path && change.kind === kind);

describe('watching a folder', () => {
  it('tells of files that are written, made, renamed and removed', async () => {
    const { until } = await watched();
    writeFileSync(join(root, 'src/a.ts'), 'b');
    await until(tells('src/a.ts', 'changed'));
    renameSync(join(root, 'src/a.ts'), join(root, 'src/b.ts'));
    await until(tells('src/a.ts', 'removed'));
    await until(tells('src/b.ts', 'changed'));
    unlinkSync(join(root, 'src/b.ts'));
    await until(tells('src/b.ts', 'removed'));
  });

  it('says nothing of ignored files', async () => {
    const { until, batches } = await watched();
    mkdirSync(join(root, 'ignored'));
    writeFileSync(join(root, 'ignored/x.ts'), '');
    writeFileSync(join(root, 'x.log'), '');
    writeFileSync(join(root, 'seen.ts'), '');
    await until(tells('seen.ts', 'changed'));
    const paths = batches.flatMap(({ changes }) => changes.map(({ path }) => path));
    expect(new Set(paths)).toEqual(new Set(['seen.ts']));
  });

  it('finds what is in a folder that was moved here, and hears what happens in its depths', async () => {
    mkdirSync(join(base, 'elsewhere/deep/deeper'), { recursive: true });
    writeFileSync(join(base, 'elsewhere/deep/deeper/x.ts'), '');
    const { until } = await watched();
    renameSync(join(base, 'elsewhere'), join(root, 'moved'));
    await until(tells('moved/deep/deeper/x.ts', 'changed'));
    writeFileSync(join(root, 'moved/deep/deeper/y.ts'), '');
    await until(tells('moved/deep/deeper/y.ts', 'changed'));
  });

  it('tells of a folder that went as one', async () => {
    mkdirSync(join(root, 'src/deep'));
    writeFileSync(join(root, 'src/deep/x.ts'), '');
    const { until } = await watched();
    renameSync(join(root, 'src'), join(base, 'away'));
    await until(tells('src', 'removed'));
  });

  it('waits for the end of a checkout, and says that the branch changed', async () => {
    for (let at = 0; at < 200; at += 1) writeFileSync(join(root, `src/${at}.ts`), 'main');
    const { until, batches } = await watched();
    writeFileSync(join(root, '.git/index.lock'), '');
    const heardElsewhere = new Promise<void>((resolve) => {
      const listener = watch(join(root, 'src'), () => {
        listener.close();
        setTimeout(resolve, 150);
      });
    });
    for (let at = 0; at < 200; at += 1) writeFileSync(join(root, `src/${at}.ts`), 'other branch');
    await heardElsewhere;
    expect(batches).toEqual([]);
    writeFileSync(join(root, '.git/HEAD.lock'), 'ref: refs/heads/other\n');
    renameSync(join(root, '.git/HEAD.lock'), join(root, '.git/HEAD'));
    renameSync(join(root, '.git/index.lock'), join(root, '.git/index'));
    await until(({ headChanged }) => headChanged);
    // One batch, unless the system itself tells of the files later than of the branch.
    const told = () => batches.flatMap(({ changes }) => changes.map(({ path }) => path));
    await until(() => told().length >= 200);
    expect(new Set(told()).size).toBe(200);
    expect(told()).toHaveLength(200);
  });

  it('says when rules changed, and goes by the new ones', async () => {
    const { until } = await watched();
    writeFileSync(join(root, '.gitignore'), '');
    await until(({ rulesChanged }) => rulesChanged);
    open?.useRules(readRules(root));
    writeFileSync(join(root, 'x.log'), '');
    await until(tells('x.log', 'changed'));
  });

  it('hears of Git from `git init` on: of branches, and of the rules that are its own', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    const { batches, until } = await watched();
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', root]);
    await until(({ rulesChanged }) => rulesChanged);
    batches.length = 0;
    execFileSync('git', ['-C', root, 'symbolic-ref', 'HEAD', 'refs/heads/other']);
    await until(({ headChanged }) => headChanged);
    batches.length = 0;
    writeFileSync(join(root, '.git/info/exclude'), '*.private\n');
    await until(({ rulesChanged }) => rulesChanged);
  });

  it('takes a folder for a repository when Git has written its HEAD, a moment after the folder', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    const { batches, until } = await watched();
    mkdirSync(join(root, '.git/info'), { recursive: true });
    await until(({ rulesChanged }) => rulesChanged);
    batches.length = 0;
    writeFileSync(join(root, '.git/info/exclude'), '*.private\n');
    writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
    await until(({ rulesChanged, headChanged }) => rulesChanged && headChanged);
    expect(readRules(root).ignores('a.private', false)).toBe(true);
  });

  it('says when the list changed that Git keeps for all repositories, or when there is one at all', async () => {
    vi.stubEnv('HOME', join(base, 'home'));
    const { batches, until } = await watched();
    mkdirSync(join(base, 'home/.config/git'), { recursive: true });
    writeFileSync(join(base, 'home/.config/git/ignore'), '*.swp\n');
    await until(({ rulesChanged }) => rulesChanged);
    batches.length = 0;
    writeFileSync(join(base, 'home/.gitconfig'), '[core]\n\texcludesFile = ~/mine\n');
    await until(({ rulesChanged }) => rulesChanged);
    batches.length = 0;
    writeFileSync(join(base, 'home/mine'), '*.orig\n');
    await until(({ rulesChanged }) => rulesChanged);
    expect(readRules(root).ignores('a.orig', false)).toBe(true);
  });

  it('asks for a walk when more happened than the system can queue', async () => {
    const { until } = await watched();
    mkdirSync(join(root, 'many'));
    for (let at = 0; at < 6000; at += 1) writeFileSync(join(root, `many/${at}.ts`), '');
    await until(({ rescan }) => rescan);
  });
});

describe('what happened while nobody watched', () => {
  it('is told from a snapshot', async () => {
    const { batches } = await watched();
    const snapshot = join(base, 'snapshot');
    await open?.writeSnapshot(snapshot);
    await open?.stop();
    open = undefined;
    writeFileSync(join(root, 'src/a.ts'), 'longer');
    writeFileSync(join(root, 'src/new.ts'), '');
    writeFileSync(join(root, 'x.log'), '');
    const found = await changesSince(root, readRules(root), snapshot);
    expect(found?.changes.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'src/a.ts', kind: 'changed' },
      { path: 'src/new.ts', kind: 'changed' },
    ]);
    expect(batches).toEqual([]);
  });

  it('has to be looked for when the snapshot is lost or damaged', async () => {
    const snapshot = join(base, 'snapshot');
    expect(await changesSince(root, readRules(root), snapshot)).toBeNull();
    writeFileSync(snapshot, 'garbage \0 garbage');
    const found = await changesSince(root, readRules(root), snapshot);
    expect(existsSync(snapshot)).toBe(true);
    expect(found === null || found.changes.length >= 1).toBe(true);
  });
});
