import { and, count, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { monotonicFactory } from 'ulid';
import type { Database } from '#db/client.ts';
import { conversations, messages } from '#db/schema/chat.ts';
import { AppError } from '#server/kernel/errors.ts';

export type ConversationRow = typeof conversations.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;

/** What a person may set on a conversation. */
export type ConversationSettings = Partial<
  Pick<ConversationRow, 'title' | 'modelId' | 'systemPrompt' | 'parameters' | 'pinned' | 'workspaceId'>
>;

export interface ConversationPage {
  rows: ConversationRow[];
  nextCursor: string | null;
  total: number;
}

/** Ids of one process never go backwards, so versions made within a millisecond keep their order. */
export const newId = monotonicFactory();

/** Ids as one bound value: a list of thousands would exceed SQLite's limit on variables. */
export function idList(ids: readonly string[]) {
  return sql`(select value from json_each(${JSON.stringify(ids)}))`;
}

/** The conversations themselves; their messages are in tree-store.ts. */
export class ConversationStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  find(id: string): ConversationRow {
    const row = this.#user.select().from(conversations).where(eq(conversations.id, id)).get();
    if (!row) throw new AppError('not_found', 'This conversation does not exist.');
    if (row.deletedAt !== null)
      throw new AppError('gone', 'This conversation was deleted. Undo brings it back.');
    return row;
  }

  /** The rows as they are, deleted or not. */
  stored(ids: readonly string[]): ConversationRow[] {
    return this.#user
      .select()
      .from(conversations)
      .where(sql`${conversations.id} in ${idList(ids)}`)
      .all();
  }

  /** Pinned ones first, then the latest changed; `cursor` comes from the page before. */
  list(cursor: string | undefined, limit: number): ConversationPage {
    const alive = isNull(conversations.deletedAt);
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const key = sql`(${conversations.pinned}, ${conversations.updatedAt}, ${conversations.id})`;
    const rows = this.#user
      .select()
      .from(conversations)
      .where(after ? and(alive, sql`${key} < (${after.pinned}, ${after.updatedAt}, ${after.id})`) : alive)
      .orderBy(desc(conversations.pinned), desc(conversations.updatedAt), desc(conversations.id))
      .limit(limit + 1)
      .all();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const total = this.#user.select({ total: count() }).from(conversations).where(alive).get()?.total ?? 0;
    return { rows: rows.slice(0, limit), nextCursor: last ? writeCursor(last) : null, total };
  }

  /** Conversations in which an answer is queued or running. */
  runningIn(): Set<string> {
    const rows = this.#user
      .selectDistinct({ id: messages.conversationId })
      .from(messages)
      .where(inArray(messages.status, ['queued', 'running']))
      .all();
    return new Set(rows.map((row) => row.id));
  }

  create(settings: ConversationSettings): ConversationRow {
    const now = Date.now();
    const titleSource = settings.title ? 'user' : 'auto';
    return this.#user
      .insert(conversations)
      .values({ ...settings, id: newId(), titleSource, createdAt: now, updatedAt: now })
      .returning()
      .get();
  }

  /** Does not move the conversation in the list: its place says when it was last written in. */
  update(id: string, settings: ConversationSettings): ConversationRow {
    const current = this.find(id);
    const named = settings.title === undefined ? {} : { titleSource: 'user' as const };
    if (Object.keys(settings).length === 0) return current;
    return this.#user
      .update(conversations)
      .set({ ...settings, ...named })
      .where(eq(conversations.id, id))
      .returning()
      .get();
  }

  /** Marks them deleted, and tells which were not yet. */
  remove(ids: readonly string[]): string[] {
    const chosen = and(sql`${conversations.id} in ${idList(ids)}`, isNull(conversations.deletedAt));
    return this.#user
      .update(conversations)
      .set({ deletedAt: Date.now() })
      .where(chosen)
      .returning({ id: conversations.id })
      .all()
      .map((row) => row.id);
  }

  restore(ids: readonly string[]): ConversationRow[] {
    const chosen = and(sql`${conversations.id} in ${idList(ids)}`, isNotNull(conversations.deletedAt));
    return this.#user.update(conversations).set({ deletedAt: null }).where(chosen).returning().all();
  }
}

function writeCursor(row: ConversationRow): string {
  return Buffer.from(`${row.pinned ? 1 : 0}.${row.updatedAt}.${row.id}`).toString('base64url');
}

function readCursor(cursor: string): { pinned: number; updatedAt: number; id: string } {
  const match = /^([01])\.(\d{1,15})\.([0-9A-Z]{26})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw new AppError('invalid_request', 'cursor: not one that a list answered with');
  return { pinned: Number(match[1]), updatedAt: Number(match[2]), id: match[3] ?? '' };
}
