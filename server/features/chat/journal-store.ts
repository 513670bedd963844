import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { messagePieces, messages } from '#db/schema/chat.ts';
import { writeTokenIds } from '#server/generation/token-ids.ts';
import { writePrompt } from './prompt-store.ts';
import type { MessageRow } from './store.ts';
import { readRows } from './tree-store.ts';

/** What arrived since the last write of this answer. */
export interface JournalPiece {
  seq: number;
  text: string;
  reasoning: string;
  tokenIds: readonly number[];
}

/** How an answer ended. */
export type Ending = Pick<MessageRow, 'status' | 'finishReason' | 'error'> &
  Partial<Pick<MessageRow, 'usage' | 'timings' | 'seed' | 'dropped' | 'toolCalls'>>;

/** What is known of an answer once the engine took it. */
type AdmittedChange = Pick<MessageRow, 'seed' | 'model' | 'record'>;

const UNFINISHED: MessageRow['status'][] = ['queued', 'running'];

/** What running answers write: on the NORMAL connection, because a lost flush is a few tokens, not an act of a person. */
export class JournalStore {
  readonly #stream: Database['stream'];

  constructor({ stream }: Database) {
    this.#stream = stream;
  }

  /** The engine took the row: from here on the answer is running. `prompt` is null where it is kept already. */
  admit(id: string, change: AdmittedChange, prompt: Buffer | null): void {
    this.#stream.transaction(
      () => {
        const set = { ...change, status: 'running' as const, updatedAt: Date.now() };
        const { changes } = this.#stream.update(messages).set(set).where(eq(messages.id, id)).run();
        if (prompt !== null && changes > 0) writePrompt(this.#stream, id, prompt);
      },
      { behavior: 'immediate' },
    );
  }

  /** What the prompt of a queued answer had to leave out. */
  recordDropped(id: string, dropped: MessageRow['dropped']): void {
    this.#stream.update(messages).set({ dropped }).where(eq(messages.id, id)).run();
  }

  /** What an answer that ended cites and quotes, as it was verified. */
  recordCitations(id: string, citations: MessageRow['citations']): void {
    this.#stream.update(messages).set({ citations }).where(eq(messages.id, id)).run();
  }

  /** How a replay of the answer ended, unless the answer went on meanwhile. */
  recordReplay({ id, seq }: Pick<MessageRow, 'id' | 'seq'>, replay: MessageRow['replay']): void {
    const unchanged = and(
      eq(messages.id, id),
      eq(messages.seq, seq),
      notInArray(messages.status, UNFINISHED),
    );
    this.#stream.update(messages).set({ replay }).where(unchanged).run();
  }

  /** Text, token ids and seq of all pieces, in one transaction. Pieces already written are left alone. */
  append(messageId: string, pieces: readonly JournalPiece[]): void {
    if (pieces.length === 0) return;
    const rows = pieces.map((piece) => ({
      messageId,
      seq: piece.seq,
      text: piece.text,
      reasoning: piece.reasoning,
      tokenIds: writeTokenIds(piece.tokenIds),
    }));
    this.#stream.insert(messagePieces).values(rows).onConflictDoNothing().run();
  }

  /** Writes the last pieces, folds the journal into the message and gives it its end, in one transaction. */
  finish(id: string, pieces: readonly JournalPiece[], ending: Ending): void {
    this.#stream.transaction(
      () => {
        this.append(id, pieces);
        this.#fold([id], ending);
      },
      { behavior: 'immediate' },
    );
  }

  interrupted(id: string): void {
    this.#stream
      .update(messages)
      .set({ interruptions: sql`${messages.interruptions} + 1` })
      .where(eq(messages.id, id))
      .run();
  }

  /** Makes what a dead daemon left queued or running interrupted, with all that its journal holds; their ids. */
  interruptAll(): string[] {
    return this.#stream.transaction(
      () => {
        const left = this.#stream
          .select({ id: messages.id })
          .from(messages)
          .where(inArray(messages.status, UNFINISHED))
          .all()
          .map((row) => row.id);
        for (const id of left) this.interrupted(id);
        this.#fold(left, { status: 'interrupted', finishReason: null, error: null });
        return left;
      },
      { behavior: 'immediate' },
    );
  }

  #fold(ids: readonly string[], ending: Ending): void {
    for (const { id, text, reasoning, tokenIds, seq } of readRows(this.#stream, ids)) {
      this.#stream
        .update(messages)
        .set({ ...ending, text, reasoning, tokenIds, seq, updatedAt: Date.now() })
        .where(eq(messages.id, id))
        .run();
      this.#stream.delete(messagePieces).where(eq(messagePieces.messageId, id)).run();
    }
  }
}
