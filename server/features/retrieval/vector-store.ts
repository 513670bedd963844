import { eq } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { preferences } from '#db/schema/kernel.ts';
import { retrievalIndexes, retrievalWeights } from '#db/schema/retrieval.ts';

const EMBEDDER = 'retrieval.embedder';

/** What a person chose for vectors, and what measurements found them worth. */
export class VectorStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  isPaused(workspaceId: string): boolean {
    const { vectorsPaused: paused } = retrievalIndexes;
    const chosen = eq(retrievalIndexes.workspaceId, workspaceId);
    return this.#user.select({ paused }).from(retrievalIndexes).where(chosen).get()?.paused ?? false;
  }

  setPaused(workspaceId: string, vectorsPaused: boolean): void {
    this.#user
      .insert(retrievalIndexes)
      .values({ workspaceId, vectorsPaused })
      .onConflictDoUpdate({ target: retrievalIndexes.workspaceId, set: { vectorsPaused } })
      .run();
  }

  /** The embedder's id, `none`, or undefined where nobody chose. */
  embedder(): string | undefined {
    const row = this.#user.select().from(preferences).where(eq(preferences.key, EMBEDDER)).get();
    return typeof row?.value === 'string' ? row.value : undefined;
  }

  setEmbedder(value: string): void {
    const updatedAt = Date.now();
    this.#user
      .insert(preferences)
      .values({ key: EMBEDDER, value, updatedAt })
      .onConflictDoUpdate({ target: preferences.key, set: { value, updatedAt } })
      .run();
  }

  /** Undefined before the embedder was measured. */
  weight(embedderId: string): number | undefined {
    const { weight } = retrievalWeights;
    const chosen = eq(retrievalWeights.embedderId, embedderId);
    return this.#user.select({ weight }).from(retrievalWeights).where(chosen).get()?.weight;
  }
}
