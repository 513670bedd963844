import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { followTexts } from './follow-texts.ts';
import { entryOf, makeFolder, openIndexing, putFiles } from './indexing/testing/open-indexing.ts';

it('vectors begin when the words of the whole folder are in, and then follow each edit', async () => {
  const room = openIndexing();
  const { indexing } = room;
  const folder = makeFolder(
    Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}.py`, `def f${at}():\n    pass\n`])),
  );
  const entry = entryOf(folder);
  const told: string[] = [];
  const tell = followTexts(indexing, (id) => told.push(`${id} ${indexing.state(id).status}`));
  try {
    room.open(entry);
    indexing.start();
    tell(entry.id);
    await room.is(entry.id, 'watching');
    expect(room.written()).toBe(300);
    expect(told).toEqual([`${entry.id} watching`]);
    putFiles(folder, { 'f0.py': 'def edited():\n    pass\n' });
    await room.seen(() => room.written() === 301);
    expect(told).toEqual([`${entry.id} watching`, `${entry.id} watching`]);
  } finally {
    await room.endAll();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('what cannot be read through is not waited for', async () => {
  const room = openIndexing();
  const { indexing } = room;
  const entry = entryOf('/nowhere/at/all');
  const told: string[] = [];
  const tell = followTexts(indexing, (id) => told.push(id));
  try {
    room.open(entry);
    indexing.start();
    await room.is(entry.id, 'failed');
    tell(entry.id);
    expect(told).toEqual([entry.id]);
  } finally {
    await room.endAll();
  }
});
