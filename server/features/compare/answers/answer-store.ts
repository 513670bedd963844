import { createHash } from 'node:crypto';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { compareAnswerPieces, compareAnswers, comparisons } from '#db/schema/compare.ts';
import type { Delta } from '#server/generation/generation.ts';
import { writeTokenIds } from '#server/generation/token-ids.ts';
import { AppError } from '#server/kernel/errors.ts';
import { type ComparisonRow, type Connection, idList, UNFINISHED } from '../store.ts';
import type { AnswerRow } from '../turn-store.ts';

export type JournalPiece = Pick<Delta, 'seq' | 'text' | 'reasoning' | 'tokenIds'>;

/** How an answer ended, or was cut off. */
export type Ending = Pick<AnswerRow, 'status' | 'finishReason' | 'error'> &
  Partial<Pick<AnswerRow, 'usage' | 'timings' | 'alone' | 'memoryBytes'>>;

/** Answers ended in one transaction, so that nobody waits long for the database. */
const ENDED_AT_ONCE = 2_000;

/** The answers; what is streamed goes over the NORMAL connection, because a lost flush is a few tokens. */
export class AnswerStore {
  readonly #user: Database['user'];
  readonly #stream: Database['stream'];

  constructor({ user, stream }: Database) {
    this.#user = user;
    this.#stream = stream;
  }

  /** Errors: not_found; gone when its comparison was deleted. */
  find(id: string): { answer: AnswerRow; comparison: ComparisonRow } {
    const answer = this.stored(id);
    const comparison =
      answer && this.#user.select().from(comparisons).where(eq(comparisons.id, answer.comparisonId)).get();
    if (!answer || !comparison) throw new AppError('not_found', 'This answer does not exist.');
    if (comparison.deletedAt !== null)
      throw new AppError('gone', 'This comparison was deleted. Undo brings it back.');
    return { answer, comparison };
  }

  stored(id: string): AnswerRow | undefined {
    return readAnswers(this.#user, [id])[0];
  }

  /** The engine took it: from here on it is running. */
  admit(id: string, change: Pick<AnswerRow, 'seed' | 'modelHash'>): void {
    const set = { ...change, status: 'running' as const, updatedAt: Date.now() };
    this.#stream.update(compareAnswers).set(set).where(eq(compareAnswers.id, id)).run();
  }

  append(answerId: string, pieces: readonly JournalPiece[]): void {
    if (pieces.length === 0) return;
    const rows = pieces.map(({ seq, text, reasoning, tokenIds }) => ({
      ...{ answerId, seq, text, reasoning },
      tokenIds: writeTokenIds(tokenIds),
    }));
    this.#stream.insert(compareAnswerPieces).values(rows).onConflictDoNothing().run();
  }

  interrupted(id: string): void {
    const interruptions = sql`${compareAnswers.interruptions} + 1`;
    this.#stream.update(compareAnswers).set({ interruptions }).where(eq(compareAnswers.id, id)).run();
  }

  /** Writes the last pieces, folds the journal into the answer and gives it its end, in one transaction. */
  finish(id: string, pieces: readonly JournalPiece[], ending: Ending): void {
    this.#stream.transaction(
      () => {
        this.append(id, pieces);
        this.#fold([id], ending);
      },
      { behavior: 'immediate' },
    );
  }

  /** What is known only after the end. */
  record(id: string, change: Partial<Pick<AnswerRow, 'checks' | 'memoryBytes'>>): void {
    this.#user.update(compareAnswers).set(change).where(eq(compareAnswers.id, id)).run();
  }

  /** Ends answers that nobody writes; tells which they were. */
  end(ids: readonly string[], ending: Ending): string[] {
    const chosen = and(
      sql`${compareAnswers.id} in ${idList(ids)}`,
      inArray(compareAnswers.status, ['waiting', 'interrupted']),
    );
    return this.#user
      .update(compareAnswers)
      .set({ ...ending, updatedAt: Date.now() })
      .where(chosen)
      .returning({ id: compareAnswers.id })
      .all()
      .map((row) => row.id);
  }

  /** Ends some of what still waits for these contestants in one comparison; how many they were, 0 when none is left. */
  endWaiting(comparisonId: string, contestantIds: readonly string[], ending: Ending): number {
    const some = this.#user
      .select({ id: compareAnswers.id })
      .from(compareAnswers)
      .where(
        and(
          eq(compareAnswers.comparisonId, comparisonId),
          inArray(compareAnswers.contestantId, [...contestantIds]),
          inArray(compareAnswers.status, ['waiting', 'interrupted']),
        ),
      )
      .limit(ENDED_AT_ONCE);
    const set = { ...ending, updatedAt: Date.now() };
    return this.#user.update(compareAnswers).set(set).where(inArray(compareAnswers.id, some)).run().changes;
  }

  /** Begins anew: what it said before is forgotten, and seq begins at 0. */
  reset(id: string): AnswerRow {
    const empty = {
      ...{
        text: '',
        reasoning: '',
        tokenIds: null,
        status: 'waiting' as const,
        finishReason: null,
        error: null,
      },
      ...{ usage: null, timings: null, memoryBytes: null, alone: null, checks: null, digest: null },
      ...{ seed: null, modelHash: null, seq: 0, updatedAt: Date.now() },
    };
    return this.#user.update(compareAnswers).set(empty).where(eq(compareAnswers.id, id)).returning().get();
  }

  /** Makes what a dead daemon left running interrupted, with all that its journal holds; how many it were. */
  interruptAll(): number {
    return this.#stream.transaction(
      () => {
        const left = this.#stream
          .select({ id: compareAnswers.id })
          .from(compareAnswers)
          .where(and(inArray(compareAnswers.status, UNFINISHED), eq(compareAnswers.status, 'running')))
          .all()
          .map((row) => row.id);
        for (const id of left) this.interrupted(id);
        this.#fold(left, { status: 'interrupted', finishReason: null, error: null });
        return left.length;
      },
      { behavior: 'immediate' },
    );
  }

  /** Complete answers whose checks a dead daemon left unevaluated. */
  unchecked(): string[] {
    return this.#user
      .all<{ id: string }>(
        sql`select a.id from compare_answers a join compare_turns t on t.id = a.turn_id
            where a.status = 'complete' and a.checks is null and t.checks <> '[]' limit 10000`,
      )
      .map((row) => row.id);
  }

  #fold(ids: readonly string[], ending: Ending): void {
    for (const { id, text, reasoning, tokenIds, seq } of readAnswers(this.#stream, ids)) {
      const digest = ending.status === 'complete' ? digestOf(text) : null;
      this.#stream
        .update(compareAnswers)
        .set({ ...ending, text, reasoning, tokenIds, seq, digest, updatedAt: Date.now() })
        .where(eq(compareAnswers.id, id))
        .run();
      this.#stream.delete(compareAnswerPieces).where(eq(compareAnswerPieces.answerId, id)).run();
    }
  }
}

/** Equal for texts that differ in nothing but white space around them; null for one that says nothing. */
export function digestOf(text: string): string | null {
  const said = text.trim();
  return said === '' ? null : createHash('sha256').update(said).digest('base64url').slice(0, 22);
}

/** The answers with what their journals hold, in the order of `ids`. */
export function readAnswers(connection: Connection, ids: readonly string[]): AnswerRow[] {
  const rows = connection
    .select()
    .from(compareAnswers)
    .where(sql`${compareAnswers.id} in ${idList(ids)}`)
    .all();
  const open = rows.filter((row) => row.status === 'running').map((row) => row.id);
  const journal = open.length === 0 ? new Map() : readPieces(connection, open);
  const whole = new Map(rows.map((row) => [row.id, joined(row, journal.get(row.id) ?? [])]));
  return ids.flatMap((id) => whole.get(id) ?? []);
}

type PieceRow = typeof compareAnswerPieces.$inferSelect;

function readPieces(connection: Connection, ids: readonly string[]): Map<string, PieceRow[]> {
  const rows = connection
    .select()
    .from(compareAnswerPieces)
    .where(sql`${compareAnswerPieces.answerId} in ${idList(ids)}`)
    .orderBy(asc(compareAnswerPieces.seq))
    .all();
  return Map.groupBy(rows, (row) => row.answerId);
}

function joined(row: AnswerRow, pieces: readonly PieceRow[]): AnswerRow {
  if (pieces.length === 0) return row;
  return {
    ...row,
    text: row.text + pieces.map((piece) => piece.text).join(''),
    reasoning: row.reasoning + pieces.map((piece) => piece.reasoning).join(''),
    tokenIds: Buffer.concat([row.tokenIds ?? Buffer.alloc(0), ...pieces.map((piece) => piece.tokenIds)]),
    seq: pieces.at(-1)?.seq ?? row.seq,
  };
}
