import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '#db/client.ts';
import { modelDirectories, modelFolders } from '#db/schema/models.ts';
import { Verdict } from './judge.ts';

export interface JudgedRow {
  path: string;
  fingerprint: string;
  verdict: Verdict;
}

/** Remembers added folders, and verdicts by the fingerprint of the files they rest on. */
export interface ModelsStore {
  folders(): string[];
  addFolder(path: string): void;
  /** True when it was there. */
  removeFolder(path: string): boolean;
  judged(): JudgedRow[];
  /** Replaces all rows: a directory that is gone loses its row. */
  saveJudged(rows: readonly (JudgedRow & { id: string; source: string })[]): void;
}

export function createModelsStore(database: Database): ModelsStore {
  const { user } = database;
  return {
    folders: () =>
      user
        .select()
        .from(modelFolders)
        .orderBy(modelFolders.addedAt)
        .all()
        .map((row) => row.path),
    addFolder(path) {
      user.insert(modelFolders).values({ path, addedAt: Date.now() }).onConflictDoNothing().run();
    },
    removeFolder: (path) => user.delete(modelFolders).where(eq(modelFolders.path, path)).run().changes > 0,
    judged: () => user.select().from(modelDirectories).all().flatMap(readRow),
    saveJudged(rows) {
      const seenAt = Date.now();
      user.transaction((transaction) => {
        transaction.delete(modelDirectories).run();
        for (const { verdict, ...row } of rows) {
          transaction
            .insert(modelDirectories)
            .values({ ...row, verdict: { ...verdict }, seenAt })
            .run();
        }
      });
    },
  };
}

const Row = z.object({ path: z.string(), fingerprint: z.string(), verdict: Verdict });

/** A row of an older version is as good as none: the directory is judged again. */
function readRow(row: unknown): JudgedRow[] {
  const parsed = Row.safeParse(row);
  return parsed.success ? [parsed.data] : [];
}
