import { createHash } from 'node:crypto';
import { and, count, desc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { monotonicFactory } from 'ulid';
import type { Database } from '#db/client.ts';
import {
  compareAnswers,
  comparisonContestants,
  comparisons,
  compareTurns,
  compareVotes,
  contestants,
} from '#db/schema/compare.ts';
import { AppError } from '#server/kernel/errors.ts';

export type ComparisonRow = typeof comparisons.$inferSelect;
export type ContestantRow = typeof contestants.$inferSelect;
export type Connection = Database['user'] | Parameters<Parameters<Database['user']['transaction']>[0]>[0];

export interface ComparisonCounts {
  turns: number;
  /** Answers that have ended, however. */
  answered: number;
  unfinished: number;
  votes: number;
}

export type ComparisonDraft = Pick<
  ComparisonRow,
  'title' | 'kind' | 'blind' | 'fairTiming' | 'history' | 'setId'
>;
export type ContestantDraft = Omit<ContestantRow, 'id' | 'key' | 'createdAt'>;

/** Ids of one process never go backwards. */
export const newId = monotonicFactory();

export const UNFINISHED: (typeof compareAnswers.$inferSelect)['status'][] = [
  'waiting',
  'running',
  'interrupted',
];

/** Ids as one bound value: a list of thousands would exceed SQLite's limit on variables. */
export function idList(ids: readonly string[]) {
  return sql`(select value from json_each(${JSON.stringify(ids)}))`;
}

/** The comparisons and who takes part in them. */
export class ComparisonStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** Errors: not_found; gone for a deleted one. */
  find(id: string): ComparisonRow {
    const row = this.stored([id])[0];
    if (!row) throw new AppError('not_found', 'This comparison does not exist.');
    if (row.deletedAt !== null)
      throw new AppError('gone', 'This comparison was deleted. Undo brings it back.');
    return row;
  }

  /** The rows as they are, deleted or not. */
  stored(ids: readonly string[]): ComparisonRow[] {
    return this.#user
      .select()
      .from(comparisons)
      .where(sql`${comparisons.id} in ${idList(ids)}`)
      .all();
  }

  byJob(jobId: string): ComparisonRow | undefined {
    return this.#user.select().from(comparisons).where(eq(comparisons.jobId, jobId)).get();
  }

  allIds(): string[] {
    const alive = this.#user
      .select({ id: comparisons.id })
      .from(comparisons)
      .where(isNull(comparisons.deletedAt));
    return alive
      .orderBy(comparisons.id)
      .all()
      .map((row) => row.id);
  }

  /** The latest changed first; `cursor` comes from the page before. */
  list(cursor: string | undefined, limit: number): { rows: ComparisonRow[]; nextCursor: string | null } {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const key = sql`(${comparisons.updatedAt}, ${comparisons.id})`;
    const alive = isNull(comparisons.deletedAt);
    const rows = this.#user
      .select()
      .from(comparisons)
      .where(after ? and(alive, sql`${key} < (${after.updatedAt}, ${after.id})`) : alive)
      .orderBy(desc(comparisons.updatedAt), desc(comparisons.id))
      .limit(limit + 1)
      .all();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { rows: rows.slice(0, limit), nextCursor: last ? writeCursor(last) : null };
  }

  create(draft: ComparisonDraft, drafts: readonly ContestantDraft[]): ComparisonRow {
    const now = Date.now();
    return this.#user.transaction(
      (tx) => {
        const id = newId();
        const row = { ...draft, id, shuffleSeed: newId(), jobId: null, createdAt: now, updatedAt: now };
        const comparison = tx.insert(comparisons).values(row).returning().get();
        const ids = drafts.map((one) => keepContestant(tx, one));
        const links = ids.map((contestantId, position) => ({ comparisonId: id, contestantId, position }));
        tx.insert(comparisonContestants).values(links).run();
        return comparison;
      },
      { behavior: 'immediate' },
    );
  }

  change(id: string, change: Partial<Pick<ComparisonRow, 'title' | 'fairTiming' | 'jobId'>>): ComparisonRow {
    const set = { ...change, updatedAt: Date.now() };
    return this.#user.update(comparisons).set(set).where(eq(comparisons.id, id)).returning().get();
  }

  /** Something in it was written: it moves up in the list. */
  touch(id: string): void {
    this.#user.update(comparisons).set({ updatedAt: Date.now() }).where(eq(comparisons.id, id)).run();
  }

  /** Marks them deleted, and tells which were not yet. */
  remove(ids: readonly string[]): ComparisonRow[] {
    const chosen = and(sql`${comparisons.id} in ${idList(ids)}`, isNull(comparisons.deletedAt));
    return this.#user.update(comparisons).set({ deletedAt: Date.now() }).where(chosen).returning().all();
  }

  restore(ids: readonly string[]): ComparisonRow[] {
    const chosen = and(sql`${comparisons.id} in ${idList(ids)}`, isNotNull(comparisons.deletedAt));
    return this.#user.update(comparisons).set({ deletedAt: null }).where(chosen).returning().all();
  }

  /** Deletes for good what was deleted before `time`, milliseconds since 1970; how many they were. */
  purge(time: number): number {
    return this.#user.delete(comparisons).where(lt(comparisons.deletedAt, time)).run().changes;
  }

  /** By comparison, in the order in which they were named. */
  contestantsOf(ids: readonly string[]): Map<string, ContestantRow[]> {
    const rows = this.#user
      .select({ comparisonId: comparisonContestants.comparisonId, contestant: contestants })
      .from(comparisonContestants)
      .innerJoin(contestants, eq(contestants.id, comparisonContestants.contestantId))
      .where(sql`${comparisonContestants.comparisonId} in ${idList(ids)}`)
      .orderBy(comparisonContestants.position)
      .all();
    const grouped = Map.groupBy(rows, (row) => row.comparisonId);
    return new Map(ids.map((id) => [id, (grouped.get(id) ?? []).map((row) => row.contestant)]));
  }

  contestants(ids: readonly string[]): ContestantRow[] {
    return this.#user
      .select()
      .from(contestants)
      .where(sql`${contestants.id} in ${idList(ids)}`)
      .all();
  }

  counts(ids: readonly string[]): Map<string, ComparisonCounts> {
    const among = (column: typeof compareTurns.comparisonId | typeof compareVotes.comparisonId) =>
      sql`${column} in ${idList(ids)}`;
    const turns = this.#user
      .select({ id: compareTurns.comparisonId, turns: count() })
      .from(compareTurns)
      .where(among(compareTurns.comparisonId))
      .groupBy(compareTurns.comparisonId)
      .all();
    const answers = this.#user
      .select({ id: compareAnswers.comparisonId, status: compareAnswers.status, answers: count() })
      .from(compareAnswers)
      .where(sql`${compareAnswers.comparisonId} in ${idList(ids)}`)
      .groupBy(compareAnswers.comparisonId, compareAnswers.status)
      .all();
    const votes = this.#user
      .select({ id: compareVotes.comparisonId, votes: count() })
      .from(compareVotes)
      .where(and(among(compareVotes.comparisonId), isNull(compareVotes.undoneAt)))
      .groupBy(compareVotes.comparisonId)
      .all();
    const found = new Map(ids.map((id) => [id, { turns: 0, answered: 0, unfinished: 0, votes: 0 }]));
    for (const row of turns) Object.assign(found.get(row.id) ?? {}, { turns: row.turns });
    for (const row of votes) Object.assign(found.get(row.id) ?? {}, { votes: row.votes });
    for (const row of answers) {
      const of = found.get(row.id);
      if (of) of[UNFINISHED.includes(row.status) ? 'unfinished' : 'answered'] += row.answers;
    }
    return found;
  }

  /** Live comparisons in which answers wait that nobody writes. */
  unfinishedLive(): { id: string; turnIds: string[] }[] {
    const rows = this.#user
      .selectDistinct({ id: comparisons.id, turnId: compareAnswers.turnId })
      .from(compareAnswers)
      .innerJoin(comparisons, eq(comparisons.id, compareAnswers.comparisonId))
      .where(
        and(
          inArray(compareAnswers.status, UNFINISHED),
          eq(comparisons.kind, 'live'),
          isNull(comparisons.deletedAt),
        ),
      )
      .orderBy(compareAnswers.turnId)
      .all();
    const grouped = Map.groupBy(rows, (row) => row.id);
    return Array.from(grouped, ([id, turns]) => ({ id, turnIds: turns.map((row) => row.turnId) }));
  }
}

/** The one row of this contestant; what it is called follows who named it last. */
export function keepContestant(tx: Connection, draft: ContestantDraft, wantedId: string = newId()): string {
  const key = contestantKey(draft);
  const known = tx.select().from(contestants).where(eq(contestants.key, key)).get();
  if (!known) {
    tx.insert(contestants)
      .values({ ...draft, key, id: wantedId, createdAt: Date.now() })
      .run();
    return wantedId;
  }
  if (draft.label !== '' && draft.label !== known.label)
    tx.update(contestants).set({ label: draft.label }).where(eq(contestants.id, known.id)).run();
  return known.id;
}

/** The same text for contestants that are the same. */
export function contestantKey(
  draft: Pick<ContestantDraft, 'modelId' | 'adapter' | 'systemPrompt' | 'parameters'>,
): string {
  const parameters = Object.entries(draft.parameters).sort(([one], [other]) => (one < other ? -1 : 1));
  const whole = JSON.stringify([draft.modelId, draft.adapter, draft.systemPrompt.trim(), parameters]);
  return createHash('sha256').update(whole).digest('hex');
}

function writeCursor(row: ComparisonRow): string {
  return Buffer.from(`${row.updatedAt}.${row.id}`).toString('base64url');
}

function readCursor(cursor: string): { updatedAt: number; id: string } {
  const match = /^(\d{1,15})\.([0-9A-Z]{26})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new AppError('invalid_request', 'cursor: not one that a list answered with');
  return { updatedAt: Number(match[1]), id: match[2] ?? '' };
}
