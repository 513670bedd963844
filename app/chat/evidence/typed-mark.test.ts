import { expect, test } from 'vitest';
import { typedMark, withoutMark } from './typed-mark.ts';

test.each([
  ['#', { mark: '#', query: '', from: 0, to: 1 }],
  ['why #src/a', { mark: '#', query: 'src/a', from: 4, to: 10 }],
  ['ask @qwen', { mark: '@', query: 'qwen', from: 4, to: 9 }],
  ['/ex', { mark: '/', query: 'ex', from: 0, to: 3 }],
  ['a/b', null],
  ['see /etc', null],
  ['C# code', null],
  ['me@home.org', null],
  ['# Heading', null],
  ['## ', null],
])('while typing %j', (text, expected) => {
  expect(typedMark(text, text.length)).toEqual(expected);
});

test('choosing takes the mark out of the text and leaves the rest', () => {
  const text = 'why #src/a is slow';
  const mark = typedMark(text, 10)!;
  expect(withoutMark(text, mark)).toBe('why is slow');
});
