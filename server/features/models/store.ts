import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '#db/client.ts';
import { preferences } from '#db/schema/kernel.ts';
import { modelDirectories, modelFolders } from '#db/schema/models.ts';
import { Verdict } from './judge.ts';

export interface JudgedRow {
  path: string;
  fingerprint: string;
  verdict: Verdict;
}

/** What a person decided about memory. Bytes, minutes, model ids. */
const MemoryChoice = z.object({
  budgetBytes: z.number().nullable().default(null),
  idleMinutes: z.number().nullable().default(null),
  pinned: z.array(z.string()).default([]),
  keepPromptCaches: z.boolean().default(true),
  promptCacheBytes: z.number().nullable().default(null),
});
export type MemoryChoice = z.infer<typeof MemoryChoice>;

/** The row among the preferences. */
const MEMORY = 'models.memory';

/** Remembers added folders, choices about memory, and verdicts by the fingerprint of the files they rest on. */
export interface ModelsStore {
  folders(): string[];
  addFolder(path: string): void;
  /** True when it was there. */
  removeFolder(path: string): boolean;
  /** Nulls where nobody chose. */
  memory(): MemoryChoice;
  saveMemory(choice: MemoryChoice): void;
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
    memory() {
      const row = user.select().from(preferences).where(eq(preferences.key, MEMORY)).get();
      const parsed = MemoryChoice.safeParse(row?.value);
      return parsed.success ? parsed.data : MemoryChoice.parse({});
    },
    saveMemory(value) {
      const updatedAt = Date.now();
      user
        .insert(preferences)
        .values({ key: MEMORY, value, updatedAt })
        .onConflictDoUpdate({ target: preferences.key, set: { value, updatedAt } })
        .run();
    },
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
