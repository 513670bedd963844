import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Folders that a person opened. Their files are the truth; only what was chosen is kept. */
export const workspaces = sqliteTable('workspaces', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Real path. */
  root: text().notNull().unique(),
  modelId: text(),
  persona: text(),
  autoContext: integer({ mode: 'boolean' }),
  openedAt: integer().notNull(),
  lastUsedAt: integer().notNull(),
});
