import { rmSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { entryOf, makeFolder, openIndexing, putFiles, type TestIndexing } from './testing/open-indexing.ts';

const script = new URL('./testing/awkward-thread.ts', import.meta.url);
const running: TestIndexing[] = [];
const folders: string[] = [];

function begin(files: Record<string, string | Uint8Array>, options: Parameters<typeof openIndexing>[0] = {}) {
  const root = makeFolder(files);
  const room = openIndexing({ script, ...options });
  folders.push(root);
  running.push(room);
  const entry = entryOf(root);
  room.open(entry);
  room.indexing.start();
  return { root, room, entry, id: entry.id };
}

afterEach(async () => {
  for (const room of running.splice(0)) await room.endAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('an opened folder is indexed, and an edit is found after it', async () => {
  const { root, room, id } = begin({ 'a.py': 'alpha', 'src/b.py': 'beta' });
  await room.is(id, 'watching');
  expect(room.paths(id)).toEqual(['a.py', 'src/b.py']);
  expect(room.find(id, 'beta')).toEqual(['src/b.py']);
  putFiles(root, { 'src/b.py': 'gamma' });
  await room.seen(() => room.find(id, 'gamma').length > 0);
  expect(room.find(id, 'beta')).toEqual([]);
});
