import fc from 'fast-check';
import { expect, test } from 'vitest';
import { enclosing } from './enclosing.ts';

/** Ranges that are nested or apart, as definitions are: halves of halves. */
const nested = fc
  .array(fc.record({ level: fc.integer({ min: 0, max: 4 }), at: fc.integer({ min: 0, max: 15 }) }), {
    maxLength: 12,
  })
  .map((halves) =>
    halves
      .map(({ level, at }) => {
        const length = 64 >> level;
        const line = 1 + (at % (1 << level)) * length;
        return { line, endLine: line + length - 1 };
      })
      .toSorted((a, b) => a.line - b.line || b.endLine - a.endLine),
  );

test('a place belongs to the shortest range around its line', () => {
  fc.assert(
    fc.property(nested, fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 20 }), (ranges, lines) => {
      const places = lines.toSorted((a, b) => a - b).map((line) => ({ line }));
      const found = enclosing(ranges, places);
      for (const [at, { line }] of places.entries()) {
        const around = ranges.filter((range) => range.line <= line && line <= range.endLine);
        const shortest = Math.min(...around.map((range) => range.endLine - range.line));
        const range = ranges[found[at] ?? -1];
        expect(range && range.endLine - range.line).toBe(around.length === 0 ? undefined : shortest);
      }
    }),
  );
});
