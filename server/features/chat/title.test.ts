import fc from 'fast-check';
import { expect, test } from 'vitest';
import { autoTitle } from './title.ts';

test.each([
  ['How do I reverse a string in Python?', 'How do I reverse a string in Python?'],
  ['Explain this. Then fix it.', 'Explain this'],
  ['# Fix the **login** page', 'Fix the login page'],
  ['What does `Array.from` do?', 'What does Array.from do?'],
  ['see [the docs](https://example.com/x) please', 'see the docs please'],
  ['```js\nlet a = 1\n```\nWhy does this fail?', 'Why does this fail?'],
  ['```js\nlet a = 1\n```', 'let a = 1'],
  ['   \n\n  second line first', 'second line first'],
  ['use snake_case_names here', 'use snake_case_names here'],
  ['日本語の質問です。続きます。', '日本語の質問です。'],
  ['***', ''],
  ['what is List<String>', 'what is List<String>'],
])('%j is titled %j', (text, title) => {
  expect(autoTitle(text)).toBe(title);
});

test('a long question is cut at a word', () => {
  const title = autoTitle(
    'Please write a function that takes a list of intervals and merges all that overlap',
  );
  expect(title).toBe('Please write a function that takes a list of intervals and…');
});

test('any text gives one short line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const title = autoTitle(text);
      expect([...title].length).toBeLessThanOrEqual(60);
      expect(title).not.toMatch(/[\n\r\u0000\u001b]/);
    }),
  );
});
