import { desc, eq } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { retrievalMeasurements, retrievalWeights } from '#db/schema/retrieval.ts';

export type MeasurementRow = typeof retrievalMeasurements.$inferSelect;

const SHOWN = 100;

/** What was measured, and the weights that it earned. */
export class MeasurementStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  add(row: Pick<MeasurementRow, 'id' | 'kind' | 'workspaceId' | 'createdAt'>): void {
    this.#user.insert(retrievalMeasurements).values(row).run();
  }

  find(id: string): MeasurementRow | undefined {
    return this.#user.select().from(retrievalMeasurements).where(eq(retrievalMeasurements.id, id)).get();
  }

  list(): MeasurementRow[] {
    const { createdAt, id } = retrievalMeasurements;
    return this.#user
      .select()
      .from(retrievalMeasurements)
      .orderBy(desc(createdAt), desc(id))
      .limit(SHOWN)
      .all();
  }

  update(id: string, change: Partial<Pick<MeasurementRow, 'jobId' | 'result' | 'finishedAt'>>): void {
    this.#user.update(retrievalMeasurements).set(change).where(eq(retrievalMeasurements.id, id)).run();
  }

  isMeasured(embedderId: string): boolean {
    const { embedderId: id } = retrievalWeights;
    return this.#user.select().from(retrievalWeights).where(eq(id, embedderId)).get() !== undefined;
  }

  /** What the embedder may weigh from now on, 0 to 0.3. */
  keepWeight(embedderId: string, weight: number, measurementId: string): void {
    const updatedAt = Date.now();
    this.#user
      .insert(retrievalWeights)
      .values({ embedderId, weight, measurementId, updatedAt })
      .onConflictDoUpdate({
        target: retrievalWeights.embedderId,
        set: { weight, measurementId, updatedAt },
      })
      .run();
  }
}
