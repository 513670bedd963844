import { expect, test } from 'vitest';
import { prettyJson, visibleText } from './visible-text.ts';

test('what a model passes to a tool is shown with nothing hidden in it', () => {
  expect(visibleText('a\u0000b\u001b[31m')).toBe('a\\u{0}b\\u{1b}[31m');
  expect(visibleText('evil\u202Egnp.exe')).toBe('evil\\u{202e}gnp.exe');
  expect(visibleText('two\nlines, grüße 你好')).toBe('two\nlines, grüße 你好');
});

test('arguments are laid out when they are JSON, and shown as they are when they are not', () => {
  expect(prettyJson('{"city":"Oslo"}')).toBe('{\n  "city": "Oslo"\n}');
  expect(prettyJson('{"city":')).toBe('{"city":');
});
