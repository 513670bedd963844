import type { Cell } from './vote-table.ts';

/** A number from 0 for each contestant, the same for all that votes link; votes for "both bad" link nobody. */
export function islandsOf(contestants: number, cells: readonly Cell[]): number[] {
  const islands = Array.from({ length: contestants }, (_, place) => place);
  for (const { left, right, first, second, ties } of cells) {
    if (first + second + ties === 0) continue;
    const [kept = 0, merged = 0] = [islands[left] ?? 0, islands[right] ?? 0].sort((a, b) => a - b);
    for (const [place, island] of islands.entries()) if (island === merged) islands[place] = kept;
  }
  const numbers = [...new Set(islands)];
  return islands.map((island) => numbers.indexOf(island));
}
