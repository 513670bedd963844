import { eq, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { messageContexts } from '#db/schema/chat.ts';
import type { ContextFound } from '../retrieval/context/contract.ts';
import { idList } from './store.ts';

/** What of a workspace a message was asked with. `found` null: it was not gathered yet. */
export type MessageContext = Omit<typeof messageContexts.$inferSelect, 'messageId'>;

type Connection = Pick<Database['user'], 'select' | 'insert' | 'update'>;

/** The evidence that went with messages, exactly as the model read it. */
export class ContextStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  of(ids: readonly string[]): Map<string, MessageContext> {
    return readContexts(this.#user, ids);
  }

  find(id: string): MessageContext | undefined {
    return readContexts(this.#user, [id]).get(id);
  }

  keep(messageId: string, found: ContextFound): void {
    this.#user.update(messageContexts).set({ found }).where(eq(messageContexts.messageId, messageId)).run();
  }
}

/** By message, for those that have one. */
export function readContexts(connection: Connection, ids: readonly string[]): Map<string, MessageContext> {
  const rows = connection
    .select()
    .from(messageContexts)
    .where(sql`${messageContexts.messageId} in ${idList(ids)}`)
    .all();
  return new Map(rows.map(({ messageId, ...context }) => [messageId, context]));
}

export function insertContext(connection: Connection, messageId: string, context: MessageContext): void {
  connection
    .insert(messageContexts)
    .values({ messageId, ...context })
    .run();
}
