import { eq, notInArray } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { retrievalIndexes } from '#db/schema/retrieval.ts';

/** What a person chose for an index. */
export class ChoiceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  isPaused(workspaceId: string): boolean {
    const row = this.#database.user
      .select({ paused: retrievalIndexes.paused })
      .from(retrievalIndexes)
      .where(eq(retrievalIndexes.workspaceId, workspaceId))
      .get();
    return row?.paused ?? false;
  }

  setPaused(workspaceId: string, paused: boolean): void {
    this.#database.user
      .insert(retrievalIndexes)
      .values({ workspaceId, paused })
      .onConflictDoUpdate({ target: retrievalIndexes.workspaceId, set: { paused } })
      .run();
  }

  forget(workspaceId: string): void {
    this.#database.user.delete(retrievalIndexes).where(eq(retrievalIndexes.workspaceId, workspaceId)).run();
  }

  /** Forgets workspaces that are open no more. */
  keepOnly(workspaceIds: string[]): void {
    this.#database.user
      .delete(retrievalIndexes)
      .where(notInArray(retrievalIndexes.workspaceId, workspaceIds))
      .run();
  }
}
