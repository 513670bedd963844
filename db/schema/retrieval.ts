import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

// Indexes themselves are files of their own below the data folder, derived from what is on the disk.

/** Whether a workspace is indexed: a person may pause it. */
export const retrievalIndexes = sqliteTable('retrieval_indexes', {
  workspaceId: text().primaryKey(),
  paused: integer({ mode: 'boolean' }).notNull().default(false),
  vectorsPaused: integer({ mode: 'boolean' }).notNull().default(false),
});

/** A measurement of how well the right place is found. `result` as in server/features/retrieval/measure/contract.ts. */
export const retrievalMeasurements = sqliteTable(
  'retrieval_measurements',
  {
    id: text().primaryKey(),
    kind: text({ enum: ['stdlib', 'history'] }).notNull(),
    workspaceId: text(),
    jobId: text(),
    result: text({ mode: 'json' }).$type<unknown>(),
    createdAt: integer().notNull(),
    finishedAt: integer(),
  },
  (table) => [index('retrieval_measurements_by_time').on(table.createdAt)],
);

/** What an embedder's ranking may weigh against words: what the tuning part of a measurement earned. */
export const retrievalWeights = sqliteTable('retrieval_weights', {
  embedderId: text().primaryKey(),
  /** 0 to 0.3. */
  weight: real().notNull(),
  measurementId: text(),
  updatedAt: integer().notNull(),
});
