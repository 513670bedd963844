import { inArray, lt, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { conversations, messagePrompts, messages } from '#db/schema/chat.ts';
import { readPrompt } from './prompt-store.ts';
import { idList } from './store.ts';

/** What is to be removed for good, and the prompts by which caches of it are found. */
export interface Doomed {
  ids: string[];
  /** Token ids, little-endian uint32: the prompts that no other of these prompts begins with. */
  prompts: Buffer[];
  /** Something was answered of which the prompt is not known. */
  unknown: boolean;
}

const ID_BYTES = 4;

/** The rows of what was deleted, and their end. */
export class PurgeStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** Up to `limit` conversations deleted before `cutoff`, milliseconds. */
  doomedConversations(cutoff: number, limit: number): Doomed {
    const ids = this.#user
      .select({ id: conversations.id })
      .from(conversations)
      .where(lt(conversations.deletedAt, cutoff))
      .limit(limit)
      .all()
      .map((row) => row.id);
    const below = this.#user
      .select({ id: messages.id })
      .from(messages)
      .where(sql`${messages.conversationId} in ${idList(ids)}`)
      .all();
    return {
      ids,
      ...this.#promptsOf(below.map((row) => row.id)),
    };
  }

  /** Up to `limit` messages deleted before `cutoff`; all that follows them goes with them. */
  doomedMessages(cutoff: number, limit: number): Doomed {
    const ids = this.#user
      .select({ id: messages.id })
      .from(messages)
      .where(lt(messages.deletedAt, cutoff))
      .limit(limit)
      .all()
      .map((row) => row.id);
    const below = this.#user.all<{ id: string }>(sql`
      with recursive below(id) as (
        select value from json_each(${JSON.stringify(ids)})
        union select m.id from ${messages} m join below on m.parent_id = below.id)
      select id from below`);
    return { ids, ...this.#promptsOf(below.map((row) => row.id)) };
  }

  purgeConversations(ids: readonly string[]): void {
    this.#user
      .delete(conversations)
      .where(inArray(conversations.id, [...ids]))
      .run();
  }

  purgeMessages(ids: readonly string[]): void {
    this.#user
      .delete(messages)
      .where(inArray(messages.id, [...ids]))
      .run();
  }

  /** A prompt that holds all of another one is found by that other one. */
  #promptsOf(messageIds: readonly string[]): Pick<Doomed, 'prompts' | 'unknown'> {
    const rows = this.#user.all<{ id: string; baseId: string | null; shared: number; known: number }>(sql`
      select m.id, p.base_id as baseId, coalesce(p.shared, 0) as shared, p.message_id is not null as known
      from ${messages} m left join ${messagePrompts} p on p.message_id = m.id
      where m.id in ${idList(messageIds)} and m.token_ids is not null and length(m.token_ids) > 0
      order by m.id`);
    const among = new Set(rows.map((row) => row.id));
    const prompts: Buffer[] = [];
    let shortest = Number.POSITIVE_INFINITY;
    const add = (id: string) => {
      const prompt = readPrompt(this.#user, id);
      if (prompt === undefined) return;
      prompts.push(prompt);
      shortest = Math.min(shortest, prompt.length / ID_BYTES);
    };
    const known = rows.filter((row) => row.known === 1);
    for (const row of known) if (row.baseId === null || !among.has(row.baseId)) add(row.id);
    for (const row of known) {
      // Where the oldest messages were left out, little is shared with what came before.
      if (row.baseId !== null && among.has(row.baseId) && row.shared < shortest) add(row.id);
    }
    return { prompts, unknown: known.length < rows.length };
  }
}
