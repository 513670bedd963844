/** A name over the middle of what it names. Units of the plane. */
export interface NameWish {
  id: number;
  name: string;
  x: number;
  y: number;
}

/** Width of a letter over the size of the type, about. */
const LETTER = 0.6;
const LINE = 1.25;
/** Lines by which a name may give way, the nearest first. */
const STEPS = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5];

/** Moves names up or down until none covers another and none leaves the plane. `size`: of the type and of the plane. */
export function placeNames(
  wishes: readonly NameWish[],
  { type, plane }: { type: number; plane: number },
): NameWish[] {
  const placed: NameWish[] = [];
  const halfOf = ({ name }: NameWish) => (name.length * LETTER * type) / 2;
  const covers = (one: NameWish, other: NameWish) =>
    Math.abs(one.y - other.y) < type * LINE * 0.99 && Math.abs(one.x - other.x) < halfOf(one) + halfOf(other);
  for (const wish of wishes.toSorted((a, b) => a.y - b.y)) {
    const x = clamp(wish.x, halfOf(wish), plane);
    const tries = STEPS.map((step) => ({ ...wish, x, y: clamp(wish.y + step * LINE * type, type, plane) }));
    const free = tries.find((one) => !placed.some((other) => covers(one, other))) ?? tries[0];
    if (free !== undefined) placed.push(free);
  }
  return placed;
}

function clamp(value: number, least: number, plane: number): number {
  return Math.max(least, Math.min(plane - least, value));
}
