import { desc, eq } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { apiKeys } from '#db/schema/openai.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export function createKeyStore({ user, stream }: Database) {
  return {
    /** Newest first, revoked ones included. */
    all: (): ApiKeyRow[] => user.select().from(apiKeys).orderBy(desc(apiKeys.id)).all(),
    add: (row: ApiKeyRow) => user.insert(apiKeys).values(row).run(),
    change: (id: string, change: Partial<Pick<ApiKeyRow, 'name' | 'revokedAt'>>) =>
      user.update(apiKeys).set(change).where(eq(apiKeys.id, id)).run(),
    /** May be lost in a power cut. */
    used: (id: string, lastUsedAt: number) =>
      stream.update(apiKeys).set({ lastUsedAt }).where(eq(apiKeys.id, id)).run(),
  };
}
