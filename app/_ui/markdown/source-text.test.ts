import { expect, test } from 'vitest';
import { sourceText } from './source-text.ts';

test.each([
  'It costs $5.',
  'From $5 to $10 and $20.',
  'Set $HOME and $PATH, then `$x$`.',
  'A `$a_b$` and ```$c_d$``` stay code.',
  'US$5 and 7$',
  '$ 5 $',
  'const a = `${b}` + `${c}`;',
])('%s stays text', (text) => {
  expect(sourceText(text)).toBe(text);
});

test.each([
  ['Euler: \\(e^{i\\pi}+1=0\\).', 'Euler: $$e^{i\\pi}+1=0$$.'],
  ['with $x_1$ and $n$', 'with $$x_1$$ and $$n$$'],
  ['\\[ a = b \\]', '$$\na = b\n$$'],
  ['$$a = b$$', '$$\na = b\n$$'],
  ['$$a\n= b$$', '$$\na\n= b\n$$'],
  ['inline \\[x\\] here', 'inline $$x$$ here'],
])('%s is a formula', (text, formula) => {
  expect(sourceText(text)).toBe(formula);
});

test('a footnote definition, which the parser would hide, stays text', () => {
  expect(sourceText('[^1]: The source')).toBe('\\[^1]: The source');
});
