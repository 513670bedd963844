/** Where a node leads to, and how much of its rank goes there. Weights are relative to each other. */
export type Weighted = readonly (readonly { to: number; weight: number }[])[];

const DAMPING = 0.85;
const MOST_ROUNDS = 100;
const CLOSE_ENOUGH = 1e-8;

/**
 * PageRank (Brin and Page 1998) by power iteration. `restart`: where a random reader begins again, everywhere alike
 * unless told; also where the rank of nodes goes that lead nowhere. Ranks add up to 1.
 */
export function pageRank(graph: Weighted, restart?: readonly number[]): number[] {
  const size = graph.length;
  if (size === 0) return [];
  const given = restart?.reduce((sum, one) => sum + one, 0) ?? 0;
  const begin = Array.from({ length: size }, (_, at) =>
    given > 0 ? (restart?.[at] ?? 0) / given : 1 / size,
  );
  const totals = graph.map((edges) => edges.reduce((sum, { weight }) => sum + weight, 0));
  let ranks = begin;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let lost = 0;
    for (const [at, rank] of ranks.entries()) if ((totals[at] ?? 0) === 0) lost += rank;
    const next = begin.map((share) => share * (1 - DAMPING + DAMPING * lost));
    for (const [at, edges] of graph.entries()) {
      const share = (DAMPING * (ranks[at] ?? 0)) / (totals[at] || 1);
      for (const { to, weight } of edges) next[to] = (next[to] ?? 0) + share * weight;
    }
    const moved = next.reduce((sum, rank, at) => sum + Math.abs(rank - (ranks[at] ?? 0)), 0);
    ranks = next;
    if (moved < CLOSE_ENOUGH) break;
  }
  return ranks;
}
