import { desc, eq } from 'drizzle-orm';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { workspaces } from '#db/schema/workspaces.ts';

export type WorkspaceRow = typeof workspaces.$inferSelect;

/** What a person may set of an open folder. */
export type WorkspaceChange = Partial<
  Pick<WorkspaceRow, 'name' | 'modelId' | 'persona' | 'autoContext' | 'lastUsedAt'>
>;

export function createWorkspaceStore({ user }: Database) {
  const find = (id: string) => user.select().from(workspaces).where(eq(workspaces.id, id)).get();
  return {
    find,
    findByRoot: (root: string) => user.select().from(workspaces).where(eq(workspaces.root, root)).get(),
    /** The one used last comes first. */
    list: (): WorkspaceRow[] =>
      user.select().from(workspaces).orderBy(desc(workspaces.lastUsedAt), desc(workspaces.id)).all(),
    add(root: string, name: string): WorkspaceRow {
      const now = Date.now();
      const added = { id: ulid(), name, root, openedAt: now, lastUsedAt: now };
      return user.insert(workspaces).values(added).returning().get();
    },
    restore: (row: WorkspaceRow): WorkspaceRow => user.insert(workspaces).values(row).returning().get(),
    change(id: string, change: WorkspaceChange): void {
      if (Object.keys(change).length === 0) return;
      user.update(workspaces).set(change).where(eq(workspaces.id, id)).run();
    },
    remove: (id: string): boolean => user.delete(workspaces).where(eq(workspaces.id, id)).run().changes > 0,
  };
}
