import { rmSync } from 'node:fs';
import { afterEach } from 'vitest';
import { entryOf, makeFolder, openIndexing, type TestIndexing } from './open-indexing.ts';

const running: TestIndexing[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const room of running.splice(0)) await room.endAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The folder is deleted after the test. */
export function keepTrack(folder: string): string {
  folders.push(folder);
  return folder;
}

/** A folder with these files, open and being indexed; both end with the test. */
export function begin(
  files: Record<string, string | Uint8Array>,
  options: Parameters<typeof openIndexing>[0] = {},
) {
  const root = keepTrack(makeFolder(files));
  const room = openIndexing(options);
  running.push(room);
  const entry = entryOf(root);
  room.open(entry);
  room.indexing.start();
  return { root, room, entry, id: entry.id };
}
