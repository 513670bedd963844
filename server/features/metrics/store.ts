import { and, asc, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { metricSpans } from '#db/schema/metrics.ts';
import { KEPT, type Step, STEPS } from './decay.ts';
import { joinSpans, Span } from './span.ts';

export interface MetricsStore {
  /** Joins the span to what is kept of the same time, e.g. from before a restart. */
  keep(step: Step, span: Span): void;
  /** Oldest first. */
  list(step: Step): Span[];
  /** Removes what is older than is kept. */
  prune(now: number): void;
}

/** On the connection that does not wait for the disk: a power cut may take the last seconds of measurements. */
export function createMetricsStore({ stream }: Database): MetricsStore {
  const { placeholder } = sql;
  const row = { step: placeholder('step'), at: placeholder('at'), span: placeholder('span') };
  // Written every second beside an answer, and a statement takes longer to build than to run.
  const add = stream.insert(metricSpans).values(row).onConflictDoNothing().prepare();
  return {
    keep(step, span) {
      if (add.run({ step, at: span.at, span }).changes === 1) return;
      const place = and(eq(metricSpans.step, step), eq(metricSpans.at, span.at));
      const before = readSpan(stream.select().from(metricSpans).where(place).get()?.span)[0];
      const joined = before === undefined ? span : joinSpans(before, span);
      stream.update(metricSpans).set({ span: joined }).where(place).run();
    },
    list: (step) =>
      stream
        .select()
        .from(metricSpans)
        .where(eq(metricSpans.step, step))
        .orderBy(asc(metricSpans.at))
        .all()
        .flatMap((row) => readSpan(row.span)),
    prune(now) {
      for (const step of STEPS) {
        stream
          .delete(metricSpans)
          .where(and(eq(metricSpans.step, step), lt(metricSpans.at, now - KEPT[step])))
          .run();
      }
    },
  };
}

/** None for a row that another version wrote. */
function readSpan(value: unknown): Span[] {
  const parsed = Span.safeParse(value);
  return parsed.success ? [parsed.data] : [];
}
