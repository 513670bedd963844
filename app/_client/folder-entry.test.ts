import { expect, test } from 'vitest';
import { questionAddress, readEntry } from './folder-entry.ts';

test('a dragged entry arrives as it was put in; lines that are none do not', () => {
  const entry = { workspace: 'w', kind: 'file', path: 'src/a b.ts', line: 3, end_line: 9 } as const;
  expect(readEntry(JSON.stringify(entry))).toEqual(entry);
  expect(readEntry('{"workspace":"w","path":"src","kind":"folder","line":-1}')).toEqual({
    ...{ workspace: 'w', kind: 'folder', path: 'src' },
  });
});

test.each(['', 'no json', 'null', '[]', '{"path":"a"}', '{"workspace":"w","path":1}'])(
  'what another page dragged (%s) is no entry',
  (json) => {
    expect(readEntry(json)).toBeNull();
  },
);

test('the address of a question names the lines, the folder, or only the workspace', () => {
  expect(questionAddress('w', { kind: 'file', path: 'a&b.ts', line: 3, end_line: 9 })).toBe(
    '/chat?workspace=w&file=a%26b.ts&line=3&end=9',
  );
  expect(questionAddress('w', { kind: 'folder', path: 'src' })).toBe('/chat?workspace=w&folder=src');
  expect(questionAddress('w')).toBe('/chat?workspace=w');
});
