import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceOf } from './difference.ts';

test('words that only one text has are told from those that both have', () => {
  expect(differenceOf('the old house', 'the new house')).toEqual([
    { side: 'both', text: 'the ' },
    { side: 'first', text: 'old' },
    { side: 'second', text: 'new' },
    { side: 'both', text: ' house' },
  ]);
});

test('either text is read again from its parts, letter by letter', () => {
  const text = fc.array(fc.constantFrom('a', 'b', ' ', '\n', '.', 'é', '👍'), { maxLength: 40 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [first, second] = [one.join(''), other.join('')];
      const parts = differenceOf(first, second);
      const without = (side: string) =>
        parts.flatMap((part) => (part.side === side ? [] : [part.text])).join('');
      expect([without('second'), without('first')]).toEqual([first, second]);
    }),
  );
});
