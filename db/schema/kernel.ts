import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Durable jobs: a row is the truth, progress events only announce it. */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    title: text().notNull(),
    status: text({ enum: ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] }).notNull(),
    input: text({ mode: 'json' }).$type<unknown>().notNull(),
    /** JSON the job's own code writes to go on after a restart. */
    checkpoint: text({ mode: 'json' }).$type<unknown>(),
    result: text({ mode: 'json' }).$type<unknown>(),
    error: text({ mode: 'json' }).$type<{ code: string; message: string }>(),
    done: integer().notNull().default(0),
    total: integer(),
    unit: text().notNull().default(''),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    finishedAt: integer(),
  },
  (table) => [index('jobs_by_status').on(table.status, table.createdAt)],
);

/** Signed-in browsers. Only the sha256 of a cookie is kept. */
export const authSessions = sqliteTable('auth_sessions', {
  tokenHash: text().primaryKey(),
  label: text().notNull(),
  createdAt: integer().notNull(),
  lastSeenAt: integer().notNull(),
});

/** Preferences of the person, one row a key. */
export const preferences = sqliteTable('preferences', {
  key: text().primaryKey(),
  value: text({ mode: 'json' }).$type<unknown>().notNull(),
  updatedAt: integer().notNull(),
});

/** Every outbound request: the ledger behind "left this machine: 0 bytes". */
export const egress = sqliteTable('egress', {
  id: integer().primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  purpose: text().notNull(),
  method: text().notNull(),
  host: text().notNull(),
  path: text().notNull(),
  status: integer(),
  bytesOut: integer().notNull().default(0),
  bytesIn: integer().notNull().default(0),
  outcome: text().notNull(),
});

/** What happened to a person's data while nobody looked; shown until dismissed. */
export const notices = sqliteTable('notices', {
  id: text().primaryKey(),
  kind: text({ enum: ['database_restored', 'database_lost', 'disk_full'] }).notNull(),
  message: text().notNull(),
  createdAt: integer().notNull(),
  dismissedAt: integer(),
});
