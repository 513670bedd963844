import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { approveRoot, openInside, openInsideSync, resolveInside } from './paths.ts';

let base: string;
let root: string;
let forbidden: { userHome: string; home: string };

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-paths-')));
  root = join(base, 'user/project');
  forbidden = { userHome: join(base, 'user'), home: join(base, 'user/.mlx-code') };
  mkdirSync(root, { recursive: true });
  mkdirSync(join(base, 'user/project-other'));
  mkdirSync(join(forbidden.home, 'models'), { recursive: true });
  writeFileSync(join(root, 'a.txt'), 'inside');
  writeFileSync(join(base, 'user/project-other/secret.txt'), 'outside');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('choosing a folder', () => {
  test('a folder is kept by its real path', async () => {
    symlinkSync(root, join(base, 'link'));
    expect(await approveRoot(join(base, 'link'), forbidden)).toBe(root);
  });

  test('the home folder, what holds it, and the data folder cannot be chosen, by link either', async () => {
    symlinkSync(forbidden.home, join(root, 'data'));
    const { userHome, home } = forbidden;
    for (const path of ['/', base, userHome, home, join(home, 'models'), join(root, 'data')]) {
      await expect(approveRoot(path, forbidden), path).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  test('a relative path, a file, a missing folder: refused with the reason', async () => {
    await expect(approveRoot('project', forbidden)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(approveRoot(`${root}\0`, forbidden)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(approveRoot(join(root, 'a.txt'), forbidden)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(approveRoot(join(root, 'nothing'), forbidden)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a path inside a folder', () => {
  test('is opened', async () => {
    const file = await openInside(root, 'a.txt');
    expect(await file.readFile('utf8')).toBe('inside');
    await file.close();
    const opened = openInsideSync(root, 'a.txt');
    expect(readFileSync(opened, 'utf8')).toBe('inside');
    closeSync(opened);
  });

  test('that leads out by dots, by a neighbour with the same start, or by a link is refused', async () => {
    symlinkSync(join(base, 'user/project-other'), join(root, 'neighbour'));
    symlinkSync('/etc/passwd', join(root, 'passwd'));
    for (const path of [
      '../project-other/secret.txt',
      'x/../../project-other/secret.txt',
      '/etc/passwd',
      'neighbour/secret.txt',
      'passwd',
      'a\0.txt',
    ]) {
      await expect(resolveInside(root, path), path).rejects.toThrow();
      await expect(openInside(root, path), path).rejects.toThrow();
      expect(() => openInsideSync(root, path), path).toThrow(AppError);
    }
  });

  test('a link inside that stays inside is followed', async () => {
    symlinkSync(join(root, 'a.txt'), join(root, 'b.txt'));
    expect(await resolveInside(root, 'b.txt')).toBe(join(root, 'a.txt'));
  });

  test('folders and pipes are not files, and a pipe does not hang', async () => {
    mkdirSync(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(openInside(root, 'folder')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(openInside(root, 'pipe')).rejects.toMatchObject({ code: 'invalid_request' });
    for (const path of ['folder', 'pipe']) {
      expect(() => openInsideSync(root, path)).toThrow(/is not a file/);
    }
    expect(() => openInsideSync(root, 'nothing')).toThrow(/does not exist/);
  });

  test('a folder that somebody keeps swapping for a link out never yields what lies outside', async () => {
    mkdirSync(join(root, 'swap'));
    writeFileSync(join(root, 'swap/secret.txt'), 'inside');
    let swapping = true;
    const pause = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) await stat(base);
    };
    const attacker = (async () => {
      for (let round = 0; swapping; round += 1) {
        renameSync(join(root, 'swap'), join(root, 'kept'));
        symlinkSync(join(base, 'user/project-other'), join(root, 'swap'));
        await pause(1 + (round % 7));
        renameSync(join(root, 'swap'), join(base, 'gone'));
        renameSync(join(root, 'kept'), join(root, 'swap'));
        await pause(1 + (round % 31));
      }
    })();
    let read = 0;
    for (let attempt = 0; attempt < 300 || read < 3; attempt += 1) {
      const file = await openInside(root, 'swap/secret.txt').catch(() => undefined);
      if (!file) continue;
      expect(await file.readFile('utf8')).toBe('inside');
      await file.close();
      read += 1;
    }
    swapping = false;
    await attacker;
    expect(read).toBeGreaterThan(0);
  });
});
