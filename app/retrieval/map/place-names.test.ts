import { expect, test } from 'vitest';
import { placeNames } from './place-names.ts';

const size = { type: 20, plane: 1000 };

test('names of groups that lie on each other stand below one another', () => {
  const wishes = ['chess · opening', 'chess · mlx', 'audio · mixer'].map((name, id) => ({
    ...{ id, name, x: 500, y: 500 },
  }));
  const lines = placeNames(wishes, size).map(({ y }) => y);
  expect(lines.toSorted((a, b) => a - b)).toEqual([475, 500, 525]);
});

test('a name stays where it wants to be when there is room, and inside the plane', () => {
  const placed = placeNames(
    [
      { id: 1, name: 'audio', x: 400, y: 300 },
      { id: 2, name: 'a long name at the border', x: 990, y: 300 },
    ],
    size,
  );
  expect(placed[0]).toEqual({ id: 1, name: 'audio', x: 400, y: 300 });
  expect(placed[1]?.x).toBe(1000 - ('a long name at the border'.length * 0.6 * 20) / 2);
});
