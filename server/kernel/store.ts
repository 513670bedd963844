import { and, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { authSessions, egress, jobs } from '#db/schema/kernel.ts';
import type { JobStatus } from './jobs.ts';

export type SessionRow = typeof authSessions.$inferSelect;
export type JobRow = typeof jobs.$inferSelect;
export type EgressRow = typeof egress.$inferSelect;

/** Signed-in browsers, by the sha256 of their cookie. */
export function createSessionStore({ user }: Database) {
  return {
    all: (): SessionRow[] => user.select().from(authSessions).all(),
    add: (row: SessionRow) => user.insert(authSessions).values(row).run(),
    seen: (tokenHash: string, lastSeenAt: number) =>
      user.update(authSessions).set({ lastSeenAt }).where(eq(authSessions.tokenHash, tokenHash)).run(),
    /** One transaction: afterwards `row` is the only one. */
    replaceAll: (row: SessionRow) =>
      user.transaction((transaction) => {
        transaction.delete(authSessions).run();
        transaction.insert(authSessions).values(row).run();
      }),
    forget: (unseenSince: number) =>
      user.delete(authSessions).where(lt(authSessions.lastSeenAt, unseenSince)).run(),
  };
}

interface JobFilter {
  kind?: string | undefined;
  status?: JobStatus[] | undefined;
}

export function createJobStore({ user, stream }: Database) {
  return {
    add: (row: JobRow) => user.insert(jobs).values(row).run(),
    find: (id: string): JobRow | undefined => user.select().from(jobs).where(eq(jobs.id, id)).get(),
    /** Newest first. */
    list: ({ kind, status }: JobFilter): JobRow[] =>
      user
        .select()
        .from(jobs)
        .where(and(kind ? eq(jobs.kind, kind) : undefined, status ? inArray(jobs.status, status) : undefined))
        .orderBy(desc(jobs.id))
        .limit(500)
        .all(),
    change: (id: string, change: Partial<JobRow>) => {
      user.update(jobs).set(change).where(eq(jobs.id, id)).run();
    },
    /** Progress may be lost in a power cut; the job's checkpoint is what counts. */
    progress: (id: string, change: Pick<JobRow, 'done' | 'total' | 'updatedAt'>) => {
      stream.update(jobs).set(change).where(eq(jobs.id, id)).run();
    },
  };
}

/** Every outbound request, one row each hop. */
export function createEgressStore({ user }: Database) {
  return {
    add: (row: Omit<EgressRow, 'id'>): number => {
      return user.insert(egress).values(row).returning({ id: egress.id }).get().id;
    },
    change: (id: number, change: Partial<EgressRow>) => {
      user.update(egress).set(change).where(eq(egress.id, id)).run();
    },
    /** Newest first; those older than `before` when given. */
    list: (limit: number, before?: number): EgressRow[] =>
      user
        .select()
        .from(egress)
        .where(before === undefined ? gt(egress.id, 0) : lt(egress.id, before))
        .orderBy(desc(egress.id))
        .limit(limit)
        .all(),
    totals: (): EgressTotals =>
      user
        .select({
          requests: sql<number>`count(*)`,
          bytesOut: sql<number>`coalesce(sum(${egress.bytesOut}), 0)`,
          bytesIn: sql<number>`coalesce(sum(${egress.bytesIn}), 0)`,
        })
        .from(egress)
        .get() ?? { requests: 0, bytesOut: 0, bytesIn: 0 },
  };
}

/** Bytes since the data folder was made. */
export interface EgressTotals {
  requests: number;
  bytesOut: number;
  bytesIn: number;
}
