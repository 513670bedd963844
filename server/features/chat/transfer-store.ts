import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { conversations, messages } from '#db/schema/chat.ts';
import { insertContext, readContexts } from './context-store.ts';
import type { ConversationTree } from './markdown.ts';
import { parentsFirst } from './message-parts.ts';
import { insertPrompt, readDeltas } from './prompt-store.ts';
import { type ConversationRow, idList, newId } from './store.ts';
import { readRows } from './tree-store.ts';

/** Whole trees, out of the database and into it. */
export class TransferStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** All messages that are not deleted nor below a deleted one. */
  readTree(conversation: ConversationRow): ConversationTree {
    const ids = this.#user
      .select({ id: messages.id, parentId: messages.parentId })
      .from(messages)
      .where(and(eq(messages.conversationId, conversation.id), isNull(messages.deletedAt)))
      .orderBy(asc(messages.createdAt), asc(messages.id))
      .all();
    const children = Map.groupBy(ids, (row) => row.parentId);
    const reached: string[] = (children.get(null) ?? []).map((row) => row.id);
    for (const id of reached) for (const child of children.get(id) ?? []) reached.push(child.id);
    const prompts = readDeltas(this.#user, reached);
    const rows = readRows(this.#user, reached);
    const contexts = readContexts(this.#user, reached);
    const sides = (id: string) => ({ prompt: prompts.get(id) ?? null, context: contexts.get(id) ?? null });
    return { conversation, messages: rows.map((row) => ({ ...row, ...sides(row.id) })) };
  }

  /** The conversation with this id, unless it is deleted. */
  find(id: string): ConversationRow | undefined {
    return this.#user
      .select()
      .from(conversations)
      .where(and(eq(conversations.id, id), isNull(conversations.deletedAt)))
      .get();
  }

  allIds(): string[] {
    return this.#user
      .select({ id: conversations.id })
      .from(conversations)
      .where(isNull(conversations.deletedAt))
      .orderBy(desc(conversations.updatedAt), desc(conversations.id))
      .all()
      .map((row) => row.id);
  }

  /** Writes all of `trees` or none. Ids that are taken are replaced, in the whole tree alike. */
  writeTrees(trees: readonly ConversationTree[]): ConversationRow[] {
    return this.#user.transaction((tx) => trees.map((tree) => writeTree(tx, tree)), {
      behavior: 'immediate',
    });
  }
}

type Connection = Pick<Database['user'], 'select' | 'insert' | 'update' | 'all' | 'get'>;

function writeTree(tx: Connection, tree: ConversationTree): ConversationRow {
  const { conversation } = tree;
  const ids = freeIds(tx, tree);
  const fresh = (id: string) => ids.get(id) ?? id;
  const taken = tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(eq(conversations.id, conversation.id))
    .get();
  const conversationId = taken ? newId() : conversation.id;
  const activeLeafId = conversation.activeLeafId === null ? null : fresh(conversation.activeLeafId);
  const row = tx
    .insert(conversations)
    .values({ ...conversation, id: conversationId, activeLeafId })
    .returning()
    .get();
  for (const { prompt, context, ...message } of parentsFirst(tree.messages)) {
    const parentId = message.parentId === null ? null : fresh(message.parentId);
    tx.insert(messages)
      .values({ ...message, id: fresh(message.id), parentId, conversationId, updatedAt: message.createdAt })
      .run();
    if (context !== null) insertContext(tx, fresh(message.id), context);
    if (prompt === null) continue;
    const baseId = prompt.baseId === null ? null : fresh(prompt.baseId);
    insertPrompt(tx, fresh(message.id), { ...prompt, baseId });
  }
  return row;
}

/** New ids for those that are taken, given in order of creation so that versions keep theirs. */
function freeIds(tx: Connection, { messages: incoming }: ConversationTree): Map<string, string> {
  const ids = incoming.map((message) => message.id);
  const taken = tx
    .select({ id: messages.id })
    .from(messages)
    .where(sql`${messages.id} in ${idList(ids)}`)
    .all();
  if (taken.length === 0) return new Map();
  const ordered = incoming.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return new Map(ordered.map((message) => [message.id, newId()]));
}
