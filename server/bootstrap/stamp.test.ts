import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clearStamp, hashOf, isStamped, writeStamp } from './stamp.mjs';
import { folderWith } from './testing.ts';

it('a stamp holds for the inputs it was written for and no others', () => {
  const file = join(folderWith(), 'stamps', 'ui');
  expect(isStamped(file, 'a')).toBe(false);
  writeStamp(file, 'a');
  expect(isStamped(file, 'a')).toBe(true);
  expect(isStamped(file, 'b')).toBe(false);
  clearStamp(file);
  expect(isStamped(file, 'a')).toBe(false);
});

it('writing a stamp leaves no partial file behind', () => {
  const folder = folderWith();
  writeStamp(join(folder, 'ui'), 'a');
  expect(readdirSync(folder)).toEqual(['ui']);
});

it.each([
  ['app/page.tsx', 'changed', true],
  ['app/chat/thread.tsx', 'added', true],
  ['app/page.test.tsx', 'a test', false],
  ['app/README.md', 'a text', false],
  ['README.md', 'elsewhere', false],
])('writing %s (%s) asks for a build again: %s', (path, text, again) => {
  const root = folderWith({ 'app/page.tsx': 'page', 'app/chat/slots.tsx': 'slots', 'README.md': 'read' });
  const before = hashOf(root, ['app', 'missing.json']);
  writeFileSync(join(root, path), text);
  expect(hashOf(root, ['app', 'missing.json']) !== before).toBe(again);
});

it('moving text from one file to another changes the hash', () => {
  const one = folderWith({ 'app/a': 'xy', 'app/b': '' });
  const other = folderWith({ 'app/a': 'x', 'app/b': 'y' });
  expect(hashOf(one, ['app'])).not.toBe(hashOf(other, ['app']));
});
