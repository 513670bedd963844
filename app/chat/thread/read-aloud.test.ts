import { expect, test } from 'vitest';
import { spoken } from './read-aloud.ts';

test('Markdown is read without its marks, links by their words, code by name', () => {
  const text = '## Title\n\nSome **bold** [docs](https://example.com).\n\n```ts\nlet a\n```\n\n- item `x`';
  expect(spoken(text)).toBe('Title\n\nSome bold docs.\n\nCode block.\n\nitem x');
});
