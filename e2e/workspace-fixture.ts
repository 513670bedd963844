import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { callFrom } from './call-from.ts';
import { type Daemon, startDaemon } from './daemon.ts';

/** A person whose home folder holds a project, and the daemon of that person. */
export interface Person {
  daemon: Daemon;
  home: string;
  project: string;
  /** Writes a file of the project, with the folders above it. */
  write: (path: string, text: string) => void;
}

/** Gives a person with a project of these files in `~/code`, and takes daemon and home away afterwards. */
export async function withPerson(
  name: string,
  files: Record<string, string>,
  provide: (person: Person) => Promise<void>,
): Promise<void> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-person-')));
  const project = join(home, 'code', name);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const daemon = await startDaemon({ home: join(home, 'data'), env: { HOME: home } });
  try {
    await provide({ daemon, home, project, write });
  } finally {
    await daemon.kill('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
}

/** Opens a folder as a workspace and gives its id; the page is signed in. */
export async function openWorkspace(page: Page, path: string): Promise<string> {
  return (await callFrom<{ id: string }>(page, '/workspaces', { path })).id;
}

/** Waits until all that a workspace holds can be found. */
export async function indexed(page: Page, id: string): Promise<void> {
  const status = async () => (await callFrom<{ status: string }>(page, `/retrieval/${id}/index`)).status;
  await expect.poll(status, { timeout: 30_000 }).toBe('watching');
}
