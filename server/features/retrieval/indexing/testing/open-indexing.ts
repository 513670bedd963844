import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { Disk } from '#server/kernel/disk.ts';
import { createHooks, type WorkspaceEntry } from '#server/kernel/hooks.ts';
import { createLog } from '#server/kernel/log.ts';
import type { RetrievalContext } from '../../room.ts';
import type { IndexingEvents, IndexState } from '../contract.ts';
import { type IndexDatabase, openIndexToRead } from '../index-schema-store.ts';
import { Indexing } from '../indexing.ts';

interface Options {
  /** Where the data folder is; a new one when absent. */
  home?: string;
  database?: Database;
  script?: URL;
  disk?: Partial<Disk>;
}

/** A folder of the machine, deleted by the caller. */
export function makeFolder(files: Record<string, string | Uint8Array> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-index-')));
  putFiles(folder, files);
  return folder;
}

export function putFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function entryOf(root: string, more: Partial<WorkspaceEntry> = {}): WorkspaceEntry {
  return { id: ulid(), name: 'Folder', root, include: [], exclude: [], ...more };
}

/** Indexing as the daemon runs it, with a source of workspaces in the test's hand. */
export function openIndexing(options: Options = {}) {
  const home = options.home ?? makeFolder();
  const database = options.database ?? openTestDatabase();
  const hooks = createHooks();
  const open = new Map<string, WorkspaceEntry>();
  let tell: (id: string, entry: WorkspaceEntry | undefined) => void = () => undefined;
  hooks.register('workspaceSource', {
    list: () => [...open.values()],
    find: (id) => open.get(id),
    follow: (listener) => {
      tell = listener;
      return () => (tell = () => undefined);
    },
  });
  const states: IndexState[] = [];
  const changed: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const one of waiting) one();
  };
  const emit = (_topic: string, event: keyof IndexingEvents, ...args: unknown[]) => {
    if (event === 'retrieval.index') states.push(structuredClone(args[0]) as IndexState);
    else changed.push(...(args[0] as { paths: string[] }).paths);
    wake();
  };
  const context = {
    config: { home },
    database,
    hooks,
    events: { emit, listeners: () => 1 },
    disk: {
      freeBytes: async () => 1e12,
      reportFull: () => undefined,
      onFull: () => undefined,
      ...options.disk,
    },
    log: createLog({ level: 'warn' }),
  } as unknown as RetrievalContext;
  const indexing = new Indexing(context, options.script ? { script: options.script } : {});
  let written = 0;
  indexing.onChanged((_id, { paths }) => {
    written += paths.length;
    wake();
  });

  /** Resolves when `look` finds something; asked at every event and every commit. */
  async function seen<Found>(look: () => Found | undefined | false): Promise<Found> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  }

  const read = <Answer>(id: string, look: (index: IndexDatabase) => Answer): Answer => {
    const index = openIndexToRead(indexing.path(id));
    try {
      return look(index);
    } finally {
      index.close();
    }
  };

  return {
    ...{ home, database, indexing, states, changed, seen, read },
    open(entry: WorkspaceEntry) {
      open.set(entry.id, entry);
      tell(entry.id, entry);
    },
    close(id: string) {
      open.delete(id);
      tell(id, undefined);
    },
    is: (id: string, status: IndexState['status']) =>
      seen(() => {
        const state = indexing.state(id);
        return state.status === status && state;
      }),
    paths: (id: string, status = 'indexed') =>
      read(id, (index) =>
        index.prepare('select path from files where status = ? order by path').pluck().all(status),
      ),
    /** Paths of the files whose words hold all of `query`. */
    find: (id: string, query: string) =>
      read(id, (index) =>
        index
          .prepare(
            `select distinct files.path from chunk_words join chunks on chunks.id = chunk_words.rowid
             join files on files.id = file_id where chunk_words match ? order by files.path`,
          )
          .pluck()
          .all(query),
      ),
    /** Files that were committed so far. */
    written: () => written,
    /** What lies in the folder of indexes. */
    files: () => readdirSync(join(home, 'indexes')),
    async endAll() {
      await indexing.stop();
      database.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type TestIndexing = ReturnType<typeof openIndexing>;
