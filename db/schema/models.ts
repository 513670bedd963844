import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Folders a person added to look for model directories in. */
export const modelFolders = sqliteTable('model_folders', {
  path: text().primaryKey(),
  addedAt: integer().notNull(),
});

/** Last verdict on a model directory, so a start does not read every header again. */
export const modelDirectories = sqliteTable('model_directories', {
  id: text().primaryKey(),
  path: text().notNull().unique(),
  source: text().notNull(),
  /** mtime and size of the files that the verdict rests on. */
  fingerprint: text().notNull(),
  /** JSON: ModelVerdict of server/features/models/contract.ts. */
  verdict: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  seenAt: integer().notNull(),
});
