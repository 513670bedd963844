import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { compareVotes } from '#db/schema/compare.ts';
import { AppError, systemCode } from '#server/kernel/errors.ts';
import type { VoteCount } from '../statistics/vote-table.ts';
import { newId } from '../store.ts';
import type { VoteRow } from '../turn-store.ts';

export type VoteDraft = Omit<VoteRow, 'id' | 'createdAt' | 'undoneAt'>;

/** Which votes count. */
export interface VoteFilter {
  comparisonId?: string | undefined;
  /** Of the prompt or of the vote itself. */
  tag?: string | undefined;
}

/** Where in a comparison something is left to judge, and between whom. */
export interface OpenPairs {
  /** The first of the turns that were looked at. */
  from: number;
  contestants: [string, string][];
}

/** Turns that are looked through at a time: what a person judges in an hour or two. */
const TURNS_AT_ONCE = 500;

/** Votes. Each is on the disk (synchronous FULL) before its request is answered. */
export class VoteStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  find(id: string): VoteRow {
    const row = this.#user.select().from(compareVotes).where(eq(compareVotes.id, id)).get();
    if (!row) throw new AppError('not_found', 'This vote does not exist.');
    return row;
  }

  byRequest(requestId: string): VoteRow | undefined {
    return this.#user.select().from(compareVotes).where(eq(compareVotes.requestId, requestId)).get();
  }

  /** The vote on this pair that was not undone. */
  standing(pair: string): VoteRow | undefined {
    const chosen = and(eq(compareVotes.pair, pair), isNull(compareVotes.undoneAt));
    return this.#user.select().from(compareVotes).where(chosen).get();
  }

  /** Undefined when the pair has a vote that stands, which the database itself watches over. */
  add(draft: VoteDraft): VoteRow | undefined {
    try {
      return this.#user
        .insert(compareVotes)
        .values({ ...draft, id: newId(), createdAt: Date.now() })
        .returning()
        .get();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      if (systemCode(cause) === 'SQLITE_CONSTRAINT_UNIQUE') return undefined;
      throw error;
    }
  }

  amend(id: string, change: Partial<Pick<VoteRow, 'reason' | 'tags' | 'ratings'>>): VoteRow {
    if (Object.keys(change).length === 0) return this.find(id);
    return this.#user.update(compareVotes).set(change).where(eq(compareVotes.id, id)).returning().get();
  }

  undo(id: string): void {
    const stands = and(eq(compareVotes.id, id), isNull(compareVotes.undoneAt));
    this.#user.update(compareVotes).set({ undoneAt: Date.now() }).where(stands).run();
  }

  /** Votes that stand in comparisons that are not deleted, by contestants as they were shown. */
  counts({ comparisonId, tag }: VoteFilter = {}): VoteCount[] {
    return this.#user.all<VoteCount>(sql`
      select one.contestant_id as first, other.contestant_id as second, v.outcome as outcome, count(*) as votes
      from compare_votes v
      join comparisons c on c.id = v.comparison_id and c.deleted_at is null
      join compare_turns t on t.id = v.turn_id
      join compare_answers one on one.id = v.first_answer_id
      join compare_answers other on other.id = v.second_answer_id
      where v.undone_at is null
        and (${comparisonId ?? null} is null or v.comparison_id = ${comparisonId ?? null})
        and (${tag ?? null} is null or exists (select 1 from json_each(t.tags) where value = ${tag ?? null})
          or exists (select 1 from json_each(v.tags) where value = ${tag ?? null}))
      group by 1, 2, 3 order by 1, 2, 3`);
  }

  /** How many votes that stand each tag has, most first. */
  tags(comparisonId?: string): { tag: string; votes: number }[] {
    return this.#user.all(sql`
      select tag, count(*) as votes from (
        select v.id as id, tags.value as tag from compare_votes v
        join comparisons c on c.id = v.comparison_id and c.deleted_at is null
        join compare_turns t on t.id = v.turn_id, json_each(t.tags) tags
        where v.undone_at is null and (${comparisonId ?? null} is null or v.comparison_id = ${comparisonId ?? null})
        union
        select v.id, tags.value from compare_votes v
        join comparisons c on c.id = v.comparison_id and c.deleted_at is null, json_each(v.tags) tags
        where v.undone_at is null and (${comparisonId ?? null} is null or v.comparison_id = ${comparisonId ?? null}))
      group by tag order by votes desc, tag`);
  }

  /** Pairs of answers of this comparison that can be judged or were: of `k` in a turn that are all different, k(k - 1)/2. */
  judgeable(comparisonId: string): number {
    const row = this.#user.get<{ pairs: number | null }>(sql`
      select sum(pairs) as pairs from (
        select sum(same) * (sum(same) - 1) / 2 - sum(same * (same - 1) / 2) as pairs from (
          select turn_index, count(*) as same from compare_answers
          where comparison_id = ${comparisonId} and digest is not null group by turn_index, digest)
        group by turn_index)`);
    return row?.pairs ?? 0;
  }

  /** Pairs of contestants between whom something is to be judged, in the first turns where anything is. */
  open(comparisonId: string): OpenPairs | undefined {
    const last = this.#user.get<{ turn: number | null }>(
      sql`select max(turn_index) as turn from compare_answers where comparison_id = ${comparisonId}`,
    );
    for (let from = 0; from <= (last?.turn ?? -1); from += TURNS_AT_ONCE) {
      const rows = this.#user.all<{ one: string; other: string }>(sql`
        select distinct a.contestant_id as one, b.contestant_id as other from ${openAnswers(comparisonId, from)}
        order by 1, 2`);
      if (rows.length > 0) return { from, contestants: rows.map(({ one, other }) => [one, other]) };
    }
    return undefined;
  }

  /** The turn that comes first of those from `from` on in which these two have not been judged. */
  openTurn(comparisonId: string, [one, other]: readonly [string, string], from: number): string | undefined {
    const [low, high] = one < other ? [one, other] : [other, one];
    return this.#user.get<{ turnId: string } | undefined>(sql`
      select a.turn_id as turnId from ${openAnswers(comparisonId, from)}
        and a.contestant_id = ${low} and b.contestant_id = ${high}
      order by a.turn_index limit 1`)?.turnId;
  }

  /** Milliseconds that the last votes in this comparison took, newest first. */
  pace(comparisonId: string): { votes: number; took: number[] } {
    const votes = this.#user.get<{ votes: number }>(
      sql`select count(*) as votes from compare_votes where comparison_id = ${comparisonId} and undone_at is null`,
    )?.votes;
    const took = this.#user
      .select({ tookMs: compareVotes.tookMs })
      .from(compareVotes)
      .where(and(eq(compareVotes.comparisonId, comparisonId), isNull(compareVotes.undoneAt)))
      .orderBy(sql`${compareVotes.id} desc`)
      .limit(20)
      .all();
    return { votes: votes ?? 0, took: took.map((row) => row.tookMs) };
  }
}

/** Pairs of answers of one turn that can be judged and were not; the smaller contestant id is `a`. */
function openAnswers(comparisonId: string, from: number) {
  return sql`compare_answers a
    join compare_answers b on b.turn_id = a.turn_id and a.contestant_id < b.contestant_id
    where a.comparison_id = ${comparisonId} and a.turn_index >= ${from} and a.turn_index < ${from + TURNS_AT_ONCE}
      and a.digest is not null and b.digest is not null and a.digest <> b.digest
      and not exists (select 1 from compare_votes v where v.undone_at is null
        and v.pair = min(a.id, b.id) || '.' || max(a.id, b.id))`;
}
