import type { PairComparison } from './pairs.ts';

/** The places that a contestant may hold, 1 is best; all of a ranking hold together in at least 95 % of rankings. */
export interface RankRange {
  from: number;
  to: number;
}

/**
 * From the decided pairs to ranges of ranks: at least as far down as contestants that are declared better, at least as
 * far up as those declared worse (M. Mogstad, J. P. Romano, A. M. Shaikh, D. Wilhelm, Inference for ranks with
 * applications to mobility across neighbourhoods and academic achievement, Review of Economic Studies 91, 2024).
 */
export function rankRanges(ids: readonly string[], pairs: readonly PairComparison[]): Map<string, RankRange> {
  const ranges = new Map(ids.map((id) => [id, { from: 1, to: ids.length }]));
  for (const { a, b, decided, difference } of pairs) {
    if (!decided) continue;
    const better = ranges.get(difference > 0 ? a : b);
    const worse = ranges.get(difference > 0 ? b : a);
    if (better) better.to -= 1;
    if (worse) worse.from += 1;
  }
  return ranges;
}

/**
 * The largest groups of neighbours in a list, best first, among which no pair is decided: those that cannot be told
 * apart. A contestant between two groups belongs to both.
 */
export function undecidedGroups(ids: readonly string[], pairs: readonly PairComparison[]): string[][] {
  const decided = new Set(
    pairs.filter((pair) => pair.decided).flatMap(({ a, b }) => [`${a}\n${b}`, `${b}\n${a}`]),
  );
  const groups: string[][] = [];
  let reached = 0;
  for (let start = 0; start < ids.length; start += 1) {
    let end = start + 1;
    while (end < ids.length && ids.slice(start, end).every((id) => !decided.has(`${id}\n${ids[end]}`)))
      end += 1;
    if (end > reached) groups.push(ids.slice(start, end));
    reached = Math.max(reached, end);
  }
  return groups;
}
