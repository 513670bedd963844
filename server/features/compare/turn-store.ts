import { createHash } from 'node:crypto';
import { and, asc, eq, gt, inArray, isNotNull, isNull, lt, notInArray, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { compareAnswers, comparisons, compareTurns, compareVotes } from '#db/schema/compare.ts';
import { AppError } from '#server/kernel/errors.ts';
import { readAnswers } from './answers/answer-store.ts';
import { type ComparisonRow, type Connection, idList, newId, UNFINISHED } from './store.ts';

export type TurnRow = typeof compareTurns.$inferSelect;
export type AnswerRow = typeof compareAnswers.$inferSelect;
export type VoteRow = typeof compareVotes.$inferSelect;
/** What is measured of an answer that ended. */
export type FigureRow = Pick<
  AnswerRow,
  'contestantId' | 'status' | 'finishReason' | 'usage' | 'timings' | 'memoryBytes' | 'alone' | 'checks'
>;
export type TurnDraft = Pick<TurnRow, 'prompt' | 'systemPrompt' | 'tags' | 'checks'>;

/** A turn with all that is shown of it. Votes are those that stand. */
export interface WholeTurn {
  turn: TurnRow;
  /** By letter. */
  answers: AnswerRow[];
  votes: VoteRow[];
}

/** What is asked and what is answered. */
export class TurnStore {
  readonly #user: Database['user'];
  readonly #stream: Database['stream'];

  constructor({ user, stream }: Database) {
    this.#user = user;
    this.#stream = stream;
  }

  /** Turns after those there are, each with an answer to wait for from every contestant. */
  add(
    comparison: ComparisonRow,
    asked: { drafts: readonly TurnDraft[]; contestantIds: readonly string[]; requestId?: string },
  ): TurnRow[] {
    // What a run asks is in its set; what a person asks must be on the disk.
    const connection = comparison.kind === 'run' ? this.#stream : this.#user;
    return connection.transaction(
      (tx) => {
        const { requestId = null } = asked;
        const [first, createdAt] = [countTurns(tx, comparison.id), Date.now()];
        const turns = asked.drafts.map((draft, at) => {
          const place = { id: newId(), comparisonId: comparison.id, index: first + at };
          return { ...draft, ...place, requestId, revealedAt: null, createdAt };
        });
        // Many rows at a time: a run may have a hundred thousand prompts.
        if (turns.length > 0) tx.insert(compareTurns).values(turns).run();
        const answers = turns.flatMap((turn) => waitingAnswers(comparison, turn, asked.contestantIds));
        if (answers.length > 0) tx.insert(compareAnswers).values(answers).run();
        return turns;
      },
      { behavior: 'immediate' },
    );
  }

  count(comparisonId: string): number {
    return countTurns(this.#user, comparisonId);
  }

  /** Errors: not_found; gone when its comparison was deleted. */
  find(id: string): { turn: TurnRow; comparison: ComparisonRow } {
    const found = this.#user
      .select({ turn: compareTurns, comparison: comparisons })
      .from(compareTurns)
      .innerJoin(comparisons, eq(comparisons.id, compareTurns.comparisonId))
      .where(eq(compareTurns.id, id))
      .get();
    if (!found) throw new AppError('not_found', 'This prompt does not exist.');
    if (found.comparison.deletedAt !== null)
      throw new AppError('gone', 'This comparison was deleted. Undo brings it back.');
    return found;
  }

  /** Also of a deleted comparison: it may be restored. */
  checksOf(id: string): TurnRow['checks'] {
    const row = this.#user.select({ checks: compareTurns.checks }).from(compareTurns);
    return row.where(eq(compareTurns.id, id)).get()?.checks ?? [];
  }

  byRequest(requestId: string): TurnRow | undefined {
    return this.#user.select().from(compareTurns).where(eq(compareTurns.requestId, requestId)).get();
  }

  page(comparisonId: string, after: number, limit: number): TurnRow[] {
    const chosen = and(eq(compareTurns.comparisonId, comparisonId), gt(compareTurns.index, after));
    return this.#user
      .select()
      .from(compareTurns)
      .where(chosen)
      .orderBy(asc(compareTurns.index))
      .limit(limit)
      .all();
  }

  before(turn: TurnRow): TurnRow[] {
    const chosen = and(eq(compareTurns.comparisonId, turn.comparisonId), lt(compareTurns.index, turn.index));
    return this.#user.select().from(compareTurns).where(chosen).orderBy(asc(compareTurns.index)).all();
  }

  whole(turns: readonly TurnRow[]): WholeTurn[] {
    const ids = turns.map((turn) => turn.id);
    const answers = Map.groupBy(this.answersOf(ids), (row) => row.turnId);
    const votes = Map.groupBy(this.votesOf(ids), (row) => row.turnId);
    return turns.map((turn) => ({
      turn,
      answers: answers.get(turn.id) ?? [],
      votes: votes.get(turn.id) ?? [],
    }));
  }

  /** With all that journals hold, by letter. */
  answersOf(turnIds: readonly string[]): AnswerRow[] {
    const ids = this.#user
      .select({ id: compareAnswers.id })
      .from(compareAnswers)
      .where(sql`${compareAnswers.turnId} in ${idList(turnIds)}`)
      .orderBy(compareAnswers.turnId, compareAnswers.letter)
      .all()
      .map((row) => row.id);
    return readAnswers(this.#user, ids);
  }

  /** Those that stand, oldest first. */
  votesOf(turnIds: readonly string[]): VoteRow[] {
    return this.#user
      .select()
      .from(compareVotes)
      .where(and(sql`${compareVotes.turnId} in ${idList(turnIds)}`, isNull(compareVotes.undoneAt)))
      .orderBy(asc(compareVotes.id))
      .all();
  }

  /** True when it was hidden until now. */
  reveal(id: string): boolean {
    const hidden = and(eq(compareTurns.id, id), isNull(compareTurns.revealedAt));
    return this.#user.update(compareTurns).set({ revealedAt: Date.now() }).where(hidden).run().changes > 0;
  }

  /** Of all answers that ended, or of those in turns that are revealed. */
  figures(comparisonId: string, onlyRevealed: boolean): FigureRow[] {
    const { contestantId, status, finishReason, usage, timings, memoryBytes, alone, checks } = compareAnswers;
    return this.#user
      .select({ contestantId, status, finishReason, usage, timings, memoryBytes, alone, checks })
      .from(compareAnswers)
      .innerJoin(compareTurns, eq(compareTurns.id, compareAnswers.turnId))
      .where(
        and(
          eq(compareAnswers.comparisonId, comparisonId),
          notInArray(compareAnswers.status, UNFINISHED),
          onlyRevealed ? isNotNull(compareTurns.revealedAt) : undefined,
        ),
      )
      .all();
  }

  /** Ids of answers that wait or stopped half way, by turn; `contestantIds` in their order within a turn. */
  unfinished(
    comparisonId: string,
    {
      contestantIds,
      turnId,
      limit = 1000,
    }: { contestantIds?: readonly string[]; turnId?: string; limit?: number },
  ): Pick<AnswerRow, 'id' | 'contestantId'>[] {
    return this.#user
      .select({ id: compareAnswers.id, contestantId: compareAnswers.contestantId })
      .from(compareAnswers)
      .where(
        and(
          eq(compareAnswers.comparisonId, comparisonId),
          inArray(compareAnswers.status, UNFINISHED),
          contestantIds ? inArray(compareAnswers.contestantId, [...contestantIds]) : undefined,
          turnId === undefined ? undefined : eq(compareAnswers.turnId, turnId),
        ),
      )
      .orderBy(asc(compareAnswers.turnIndex), asc(compareAnswers.id))
      .limit(limit)
      .all();
  }
}

function countTurns(connection: Connection, comparisonId: string): number {
  const last = connection
    .select({ index: sql<number | null>`max(${compareTurns.index})` })
    .from(compareTurns)
    .where(eq(compareTurns.comparisonId, comparisonId))
    .get();
  return (last?.index ?? -1) + 1;
}

/** Ids grow with the letters, so that their order tells nothing of who is who. */
function waitingAnswers(comparison: ComparisonRow, turn: TurnRow, contestantIds: readonly string[]) {
  return inLetterOrder(comparison, turn.index, contestantIds).map((contestantId, place) => ({
    ...{ id: newId(), comparisonId: comparison.id, turnId: turn.id, turnIndex: turn.index, contestantId },
    ...{ letter: String.fromCharCode(65 + place), status: 'waiting' as const, updatedAt: turn.createdAt },
  }));
}

/** Blind: in an order of the turn's own, which the comparison's seed decides. */
export function inLetterOrder(
  { blind, shuffleSeed }: Pick<ComparisonRow, 'blind' | 'shuffleSeed'>,
  index: number,
  contestantIds: readonly string[],
): string[] {
  if (!blind) return [...contestantIds];
  const draw = (id: string) => createHash('sha256').update(`${shuffleSeed}\n${index}\n${id}`).digest('hex');
  const drawn = contestantIds.map((id) => ({ id, lot: draw(id) }));
  return drawn.sort((one, other) => (one.lot < other.lot ? -1 : 1)).map(({ id }) => id);
}
