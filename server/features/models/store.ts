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

/** By the id of a model: the id of the one that guesses ahead for it. */
const Drafts = z.record(z.string(), z.string());

/** The rows among the preferences. */
const MEMORY = 'models.memory';
const DRAFTS = 'models.drafts';

/** Remembers added folders, choices about memory, and verdicts by the fingerprint of the files they rest on. */
export interface ModelsStore {
  folders(): string[];
  addFolder(path: string): void;
  /** True when it was there. */
  removeFolder(path: string): boolean;
  /** Nulls where nobody chose. */
  memory(): MemoryChoice;
  saveMemory(choice: MemoryChoice): void;
  /** By model, which other one guesses ahead for it. */
  drafts(): Record<string, string>;
  saveDrafts(drafts: Record<string, string>): void;
  judged(): JudgedRow[];
  /** Replaces all rows: a directory that is gone loses its row. */
  saveJudged(rows: readonly (JudgedRow & { id: string; source: string })[]): void;
}

export function createModelsStore(database: Database): ModelsStore {
  const { user } = database;
  const recall = (key: string): unknown =>
    user.select().from(preferences).where(eq(preferences.key, key)).get()?.value;
  const remember = (key: string, value: Record<string, unknown>): void => {
    const updatedAt = Date.now();
    user
      .insert(preferences)
      .values({ key, value, updatedAt })
      .onConflictDoUpdate({ target: preferences.key, set: { value, updatedAt } })
      .run();
  };
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
      const parsed = MemoryChoice.safeParse(recall(MEMORY));
      return parsed.success ? parsed.data : MemoryChoice.parse({});
    },
    saveMemory: (choice) => remember(MEMORY, choice),
    drafts() {
      const parsed = Drafts.safeParse(recall(DRAFTS));
      return parsed.success ? parsed.data : {};
    },
    saveDrafts: (drafts) => remember(DRAFTS, drafts),
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
