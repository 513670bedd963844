import type { NextPair } from '../statistics/next-pair.ts';
import { createRanker, type Ranker } from '../statistics/ranker.ts';
import type { Ranking } from '../statistics/ranking.ts';
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
    const ranking = this.#ranker.rank(this.#votes.counts(filter), { contestants });
    this.#kept.set(key, ranking);
    // A failure is not kept.
    ranking.catch(() => this.#kept.delete(key));
    return ranking;
  }

  /** Of these pairs, the one whose next vote tells most, and who is shown on the left. */
  nextPair(candidates: readonly (readonly [string, string])[], seed: string): Promise<NextPair | undefined> {
    return this.#ranker.nextPair(this.#votes.counts(), {
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
