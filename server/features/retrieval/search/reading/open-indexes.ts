import { statSync } from 'node:fs';
import { type IndexDatabase, openIndexToRead } from '../../indexing/index-schema-store.ts';
import type { Address } from './messages.ts';

/** Connections that are kept open; each has up to 16 MB of pages. */
const KEPT = 4;

interface Opened {
  index: IndexDatabase;
  path: string;
  /** Which file it is: another one of the same name is another index. */
  inode: number;
}

/** The indexes that were asked last, kept open. */
export function createOpenIndexes() {
  // In order of use, the last one used at the end.
  const opened = new Map<string, Opened>();

  const forget = (workspaceId: string) => {
    opened.get(workspaceId)?.index.close();
    opened.delete(workspaceId);
  };

  return {
    /** The index of a workspace as it is at this moment. Errors: not_found while there is none. */
    open({ workspaceId, path }: Address): IndexDatabase {
      const inode = statSync(path, { throwIfNoEntry: false })?.ino;
      const known = opened.get(workspaceId);
      if (known && known.path === path && known.inode === inode) {
        opened.delete(workspaceId);
        opened.set(workspaceId, known);
        return known.index;
      }
      forget(workspaceId);
      const index = openIndexToRead(path);
      opened.set(workspaceId, { index, path, inode: inode ?? 0 });
      for (const [id] of [...opened].slice(0, -KEPT)) forget(id);
      return index;
    },
    forget,
  };
}
