import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What was measured, in spans of `step` milliseconds: seconds are kept for an hour, minutes for a week. */
export const metricSpans = sqliteTable(
  'metric_spans',
  {
    step: integer().notNull(),
    /** Start of the span, milliseconds since 1970. */
    at: integer().notNull(),
    /** JSON: Span of server/features/metrics/span.ts. */
    span: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.step, table.at] })],
);
