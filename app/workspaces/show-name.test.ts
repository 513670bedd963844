import { expect, it } from 'vitest';
import { showName } from './show-name.ts';

it.each([
  ['plain.ts', 'plain.ts'],
  ['two\nlines', 'two\\nlines'],
  ['\u202egpj.exe', '\\u202egpj.exe'],
  ['a\u200bb', 'a\\u200bb'],
  ['عربي 漢字 ü.md', 'عربي 漢字 ü.md'],
])('writes out what cannot be seen in %j', (name, shown) => {
  expect(showName(name)).toBe(shown);
});
