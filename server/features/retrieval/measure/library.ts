import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '#server/kernel/config.ts';
import { AppError } from '#server/kernel/errors.ts';
import { runProcess } from '#server/kernel/spawn.ts';

const Queries = z.object({
  python: z.string(),
  functions: z.number(),
  queries: z.array(z.object({ text: z.string(), path: z.string(), line: z.int() })),
});
export type LibraryQueries = z.infer<typeof Queries>;

/** A copy of Python's library without its docstrings, and what they ask. */
export interface Library {
  /** Real path of the copy. */
  root: string;
  /** Beside it. */
  index: string;
  queries: LibraryQueries;
}

const COPY_MS = 120_000;

/** Makes the copy, or finds the one that was made. `share` keeps that part of the modules, chosen by a seed. */
export async function prepareLibrary(
  config: Pick<Config, 'home' | 'root' | 'python' | 'inherited'>,
  share: number,
  signal: AbortSignal,
): Promise<Library> {
  const folder = join(config.home, 'measurements', `library-${Math.round(share * 100)}`);
  const library = { root: join(folder, 'library'), index: join(folder, 'index.sqlite') };
  const queries = join(folder, 'queries.json');
  if (!existsSync(queries)) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(library.root, { recursive: true, mode: 0o700 });
    await copy(config, { library: library.root, queries: `${queries}.part`, share, signal });
    await rename(`${queries}.part`, queries);
  }
  return { ...library, queries: Queries.parse(JSON.parse(await readFile(queries, 'utf8'))) };
}

async function copy(
  { root, python, inherited }: Pick<Config, 'root' | 'python' | 'inherited'>,
  {
    library,
    queries,
    share,
    signal,
  }: { library: string; queries: string; share: number; signal: AbortSignal },
): Promise<void> {
  const script = join(root, 'python', 'measure', 'standard_library.py');
  const { code, stderr } = await runProcess({
    ...{ command: python, args: ['-I', script, library, queries, String(share)] },
    ...{ env: inherited, timeout: COPY_MS, signal },
  });
  if (code !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? '';
    throw new AppError('internal', `Python's library could not be copied: ${reason}`);
  }
}
