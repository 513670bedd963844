import { and, asc, count, desc, eq, gte, isNull, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { conversations, messages } from '#db/schema/chat.ts';
import { promptSets, setPrompts } from '#db/schema/compare.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { PromptSet, SetPrompt } from '../shapes.ts';
import { idList, newId } from '../store.ts';

const ROWS_AT_ONCE = 1_000;

/** Prompt sets that a person made. */
export class SetStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  list(): PromptSet[] {
    return this.#user
      .select({
        id: promptSets.id,
        name: promptSets.name,
        createdAt: promptSets.createdAt,
        prompts: count(setPrompts.index),
      })
      .from(promptSets)
      .leftJoin(setPrompts, eq(setPrompts.setId, promptSets.id))
      .groupBy(promptSets.id)
      .orderBy(desc(promptSets.id))
      .all()
      .map(({ createdAt, ...row }) => ({ ...row, builtin: false, created_at: createdAt }));
  }

  find(id: string): PromptSet | undefined {
    const row = this.#user.select().from(promptSets).where(eq(promptSets.id, id)).get();
    if (!row) return undefined;
    const counted = this.#user
      .select({ prompts: count() })
      .from(setPrompts)
      .where(eq(setPrompts.setId, id))
      .get();
    return { id, name: row.name, builtin: false, prompts: counted?.prompts ?? 0, created_at: row.createdAt };
  }

  prompts(id: string, offset: number, limit: number): SetPrompt[] {
    return this.#user
      .select()
      .from(setPrompts)
      .where(and(eq(setPrompts.setId, id), gte(setPrompts.index, offset)))
      .orderBy(asc(setPrompts.index))
      .limit(limit)
      .all()
      .map(({ prompt, systemPrompt, tags, checks }) => ({
        prompt,
        system_prompt: systemPrompt,
        tags,
        checks,
      }));
  }

  /** Many rows are written in portions, so that others get their turn; a failure leaves nothing behind. */
  async create(name: string, prompts: readonly SetPrompt[]): Promise<PromptSet> {
    const row = { id: newId(), name, createdAt: Date.now() };
    this.#user.insert(promptSets).values(row).run();
    try {
      for (let from = 0; from < prompts.length; from += ROWS_AT_ONCE) {
        const rows = prompts
          .slice(from, from + ROWS_AT_ONCE)
          .map(({ system_prompt: systemPrompt, ...prompt }, at) => ({
            ...{ ...prompt, systemPrompt, setId: row.id, index: from + at },
          }));
        this.#user.insert(setPrompts).values(rows).run();
        await new Promise(setImmediate);
      }
    } catch (error) {
      this.remove(row.id);
      throw error;
    }
    return { id: row.id, name, builtin: false, prompts: prompts.length, created_at: row.createdAt };
  }

  remove(id: string): boolean {
    return this.#user.delete(promptSets).where(eq(promptSets.id, id)).run().changes > 0;
  }

  /** The first thing that was asked in each of these conversations, with its system prompt. */
  firstPrompts(conversationIds: readonly string[]): SetPrompt[] {
    const rows = this.#user
      .select({ id: conversations.id, prompt: messages.text, system_prompt: conversations.systemPrompt })
      .from(conversations)
      .innerJoin(messages, eq(messages.conversationId, conversations.id))
      .where(
        and(
          sql`${conversations.id} in ${idList(conversationIds)}`,
          isNull(conversations.deletedAt),
          isNull(messages.parentId),
          isNull(messages.deletedAt),
          eq(messages.role, 'user'),
          sql`trim(${messages.text}) <> ''`,
        ),
      )
      .orderBy(asc(messages.id))
      .all();
    // Of several versions of a first message, the last.
    const last = new Map(rows.map((row) => [row.id, row]));
    return conversationIds.flatMap((id) => {
      const row = last.get(id);
      return row ? [{ prompt: row.prompt, system_prompt: row.system_prompt, tags: [], checks: [] }] : [];
    });
  }

  /**
   * What was said in a conversation down to `messageId`, or on its active path. Errors: not_found; gone for a deleted one.
   */
  path(conversationId: string, messageId?: string) {
    const conversation = this.#user
      .select()
      .from(conversations)
      .where(eq(conversations.id, conversationId))
      .get();
    if (!conversation) throw new AppError('not_found', 'This conversation does not exist.');
    if (conversation.deletedAt !== null) throw new AppError('gone', 'This conversation was deleted.');
    const path = this.#user.all<{ role: 'user' | 'assistant'; text: string }>(sql`
      with recursive path(id, parent_id, role, text, depth) as (
        select id, parent_id, role, text, 0 from ${messages}
        where id = ${messageId ?? conversation.activeLeafId} and conversation_id = ${conversationId}
        union all
        select m.id, m.parent_id, m.role, m.text, depth + 1
        from path join ${messages} m on m.id = path.parent_id)
      select role, text from path order by depth desc`);
    return { systemPrompt: conversation.systemPrompt, title: conversation.title, path };
  }
}
