import { rmSync } from 'node:fs';
import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import { createLog } from '#server/kernel/log.ts';
import { Context } from '../context/context.ts';
import { entryOf, makeFolder, openIndexing, type TestIndexing } from '../indexing/testing/open-indexing.ts';
import type { RetrievalContext } from '../room.ts';
import { createIndexReader } from '../search/index-reader.ts';
import { createSearch } from '../search/search.ts';

/** A folder that is open, and whose index is complete. */
export interface OpenFolder {
  root: string;
  entry: WorkspaceEntry;
  indexing: TestIndexing;
  /** Makes the folder the only workspace of a house, and gives what finds evidence in it. */
  contextIn(house: Pick<RetrievalContext, 'hooks' | 'generations'>): Context;
  /** Ends what reads and indexes, and deletes the folder. */
  close(): Promise<void>;
}

export async function openFolder(
  files: Record<string, string>,
  about: Parameters<typeof entryOf>[1] = {},
): Promise<OpenFolder> {
  const root = makeFolder(files);
  const entry = entryOf(root, about);
  const indexing = openIndexing();
  indexing.indexing.start();
  indexing.open(entry);
  await indexing.is(entry.id, 'watching');
  const reader = createIndexReader({
    log: createLog({ level: 'error' }),
    pathOf: (id) => indexing.indexing.path(id),
    rootOf: () => root,
  });
  return {
    ...{ root, entry, indexing },
    contextIn(house) {
      house.hooks.register('workspaceSource', {
        list: () => [entry],
        find: (id) => (id === entry.id ? entry : undefined),
        follow: () => () => undefined,
      });
      return new Context({ house, reader, search: createSearch({ reader }) });
    },
    async close() {
      await reader.close();
      await indexing.endAll();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
