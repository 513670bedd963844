import type { NextPair } from '../statistics/next-pair.ts';
import { createRanker, type Ranker } from '../statistics/ranker.ts';
import type { Ranking } from '../statistics/ranking.ts';
import type { VoteCount } from '../statistics/vote-table.ts';
import type { VoteFilter, VoteStore } from './vote-store.ts';

/** Rankings from the votes, kept until a vote changes. */
export class Arena {
  readonly #votes: VoteStore;
  readonly #ranker: Ranker = createRanker();
  readonly #kept = new Map<string, Promise<Ranking>>();

  constructor(votes: VoteStore) {
    this.#votes = votes;
  }

  rank(filter: VoteFilter, contestants: readonly string[] = []): Promise<Ranking> {
    const key = JSON.stringify([filter.comparisonId, filter.tag, [...contestants].sort()]);
    const known = this.#kept.get(key);
    if (known) return known;
    const ranking = this.#ranker.rank(mostVoted(this.#votes.counts(filter)), { contestants });
    this.#kept.set(key, ranking);
    // A failure is not kept.
    ranking.catch(() => this.#kept.delete(key));
    return ranking;
  }

  /** Of these pairs, the one whose next vote tells most, and who is shown on the left. */
  nextPair(candidates: readonly (readonly [string, string])[], seed: string): Promise<NextPair | undefined> {
    return this.#ranker.nextPair(mostVoted(this.#votes.counts(), candidates.flat()), {
      candidates,
      seed,
      contestants: [...new Set(candidates.flat())],
    });
  }

  /** A vote came, went or changed its tags. */
  forget(): void {
    this.#kept.clear();
  }

  stop(): Promise<void> {
    return this.#ranker.stop();
  }
}

/** A ranking holds 100 contestants: these, and the six who take part in a comparison at most. */
const RANKED = 94;

/** The votes among those who have most of them, and `always` these. */
function mostVoted(counts: VoteCount[], always: readonly string[] = []): VoteCount[] {
  const totals = new Map<string, number>();
  for (const { first, second, votes } of counts)
    for (const id of [first, second]) totals.set(id, (totals.get(id) ?? 0) + votes);
  if (totals.size <= RANKED) return counts;
  const most = [...totals].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).slice(0, RANKED);
  const kept = new Set([...most.map(([id]) => id), ...always]);
  return counts.filter(({ first, second }) => kept.has(first) && kept.has(second));
}
