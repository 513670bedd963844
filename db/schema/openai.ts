import type { ApiScope } from '#server/features/openai/contract.ts';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Keys of programs that use /v1. Only the sha256 of a key is kept. */
export const apiKeys = sqliteTable('api_keys', {
  id: text().primaryKey(),
  name: text().notNull(),
  keyHash: text().notNull().unique(),
  /** The beginning of the key, by which a person recognises it. */
  prefix: text().notNull(),
  scopes: text({ mode: 'json' }).$type<ApiScope[]>().notNull(),
  createdAt: integer().notNull(),
  /** Written at most once a minute. */
  lastUsedAt: integer(),
  revokedAt: integer(),
});
