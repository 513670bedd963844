import type { WorkspaceEntry } from '#server/kernel/hooks.ts';
import { openIndexing } from './open-indexing.ts';

// A daemon in small: indexes a folder, and tells when some of it is committed, until it is killed.
const [home = '', root = '', id = ''] = process.argv.slice(2);
const entry: WorkspaceEntry = { id, name: 'Folder', root, include: [], exclude: [] };
const room = openIndexing({ home });
room.open(entry);
room.indexing.onChanged(() => void process.send?.(room.indexing.state(id).indexed));
room.indexing.start();
