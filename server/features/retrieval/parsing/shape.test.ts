import { expect, test } from 'vitest';
import { shapeOf } from './shape.ts';

const code = `
function total(items, rate) {
  // Adds up.
  let sum = 0;
  for (const item of items) {
    if (item.price > 10) sum += item.price * rate;
    else sum += item.price;
  }
  return round(sum, 2);
}
`;

/** In how many of 64 bits two fingerprints differ. */
function distance(a: bigint, b: bigint) {
  return BigInt.asUintN(64, a ^ b)
    .toString(2)
    .replaceAll('0', '').length;
}

test('code with other names, literals and comments has the same shape', () => {
  const renamed = code
    .replace('// Adds up.', '/* Sums all values. */')
    .replace(/\btotal\b/g, 'sumOf')
    .replace(/\bitems?\b/g, 'entry')
    .replace('10', '99');
  expect(renamed).not.toBe(code);
  expect(shapeOf(renamed)).toBe(shapeOf(code));
});

test('a changed statement changes few bits, other code many', () => {
  const edited = code.replace('return round(sum, 2);', 'report(sum);\n  return round(sum, 2);');
  const other = `
class Reader {
  async *[Symbol.iterator]() {
    while (this.open) {
      const part = await this.file.read();
      if (part === null) throw new Error('closed');
      yield { ...part, at: this.at++ };
    }
  }
}
`;
  const own = shapeOf(code)!;
  expect(distance(own, shapeOf(edited)!)).toBeLessThanOrEqual(14);
  expect(distance(own, shapeOf(other)!)).toBeGreaterThan(distance(own, shapeOf(edited)!));
});

test('too few lines, prose and tables of literals have none', () => {
  expect(shapeOf('a(b, c);\nd(e, f);\n')).toBeNull();
  expect(shapeOf(`"""\n${'words of a text\n'.repeat(20)}"""`)).toBeNull();
  expect(shapeOf(`x = [\n${"  'one', 'two',\n".repeat(40)}]`)).toBeNull();
});

test('it fits in what SQLite keeps as an integer', () => {
  const shape = shapeOf(code)!;
  expect(BigInt.asIntN(64, shape)).toBe(shape);
});
