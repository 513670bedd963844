import type { QueryKind } from '../query/query.ts';

/** What speaks for a chunk, each 0 to 1 within a search; `meaning` null where vectors took no part. */
export interface Evidence {
  lexical: number;
  meaning: number | null;
  symbol: number;
  path: number;
}

/** What each kind of query listens to. `meaning` is the share of an embedder's weight that counts. */
const SHARES: Record<QueryKind, { text: number; symbol: number; path: number; meaning: number }> = {
  prose: { text: 1, symbol: 0.5, path: 0, meaning: 1 },
  words: { text: 1, symbol: 0.5, path: 0, meaning: 1 },
  symbol: { text: 0.5, symbol: 1, path: 0, meaning: 0.3 },
  path: { text: 0.3, symbol: 0, path: 1.5, meaning: 0 },
  trace: { text: 0.4, symbol: 0.2, path: 1, meaning: 0 },
};
/** Words always weigh at least 0.7: an equal share lowered the MRR of a weak embedder from 0.387 to 0.292. */
const MOST_MEANING = 0.3;

/** Whether vectors can change the order of what this kind of query finds. */
export function listensToMeaning(kind: QueryKind): boolean {
  return SHARES[kind].meaning > 0;
}

/** One number from all evidence. `weight` is what the embedder earned, 0 to 0.3. */
export function fuse({ lexical, meaning, symbol, path }: Evidence, kind: QueryKind, weight: number): number {
  const shares = SHARES[kind];
  const share = meaning === null ? 0 : Math.min(Math.max(weight, 0), MOST_MEANING) * shares.meaning;
  const text = (1 - share) * lexical + share * (meaning ?? 0);
  return shares.text * text + shares.symbol * symbol + shares.path * path;
}

/** Distances of the nearest vectors as 1 for the nearest down to 0 for the last. */
export function meaningOf(distances: readonly number[]): number[] {
  const [near, far] = [Math.min(...distances), Math.max(...distances)];
  return distances.map((distance) => (far > near ? (far - distance) / (far - near) : 1));
}
