import { and, count, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { conversations } from '#db/schema/chat.ts';

export interface ConversationTitle {
  id: string;
  title: string;
  updatedAt: number;
}

/** What maps need to know of conversations when they are shown. */
export class ConversationStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** Those that are not deleted, by id. */
  titles(ids: readonly string[]): Map<string, ConversationTitle> {
    const { id, title, updatedAt } = conversations;
    const chosen = sql`${id} in (select value from json_each(${JSON.stringify(ids)}))`;
    const rows = this.#user
      .select({ id, title, updatedAt })
      .from(conversations)
      .where(and(chosen, isNull(conversations.deletedAt)))
      .all();
    return new Map(rows.map((row) => [row.id, row]));
  }

  isThere(id: string): boolean {
    const chosen = and(eq(conversations.id, id), isNull(conversations.deletedAt));
    return this.#user.select({ id: conversations.id }).from(conversations).where(chosen).get() !== undefined;
  }

  /** Conversations there are, and those written in or deleted since a moment. */
  changes(since: number): { total: number; changed: number } {
    const { updatedAt, deletedAt } = conversations;
    const touched = or(and(gt(updatedAt, since), isNull(deletedAt)), gt(deletedAt, since));
    const counted = (where: ReturnType<typeof or>) =>
      this.#user.select({ count: count() }).from(conversations).where(where).get()?.count ?? 0;
    return { total: counted(isNull(deletedAt)), changed: counted(touched) };
  }
}
