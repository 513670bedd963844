import { eq } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { compareMerges } from '#db/schema/compare.ts';

export type MergeRow = typeof compareMerges.$inferSelect;

/** The last merge of each turn. */
export class MergeStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  find(turnId: string): MergeRow | undefined {
    return this.#user.select().from(compareMerges).where(eq(compareMerges.turnId, turnId)).get();
  }

  write(row: Omit<MergeRow, 'updatedAt'>): void {
    const set = { ...row, updatedAt: Date.now() };
    this.#user
      .insert(compareMerges)
      .values(set)
      .onConflictDoUpdate({ target: compareMerges.turnId, set })
      .run();
  }

  /** What a dead daemon left half written is said to be so; a merge is asked for again in a moment. */
  failRunning(): void {
    const error = { code: 'engine_unavailable', message: 'MLX Code stopped while it merged. Merge again.' };
    this.#user
      .update(compareMerges)
      .set({ status: 'failed', error })
      .where(eq(compareMerges.status, 'running'))
      .run();
  }
}
