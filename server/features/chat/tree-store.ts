import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { conversations, messagePieces, messages } from '#db/schema/chat.ts';
import { AppError } from '#server/kernel/errors.ts';
import { insertContext, type MessageContext, readContexts } from './context-store.ts';
import { copyPrompts, readPrompt } from './prompt-store.ts';
import { type ConversationRow, idList, type MessageRow, newId } from './store.ts';
import { autoTitle } from './title.ts';

/** What is known of an answer before a token of it is. */
export type AnswerDraft = Pick<MessageRow, 'model' | 'parameters' | 'dropped'>;

export interface SentMessage {
  conversationId: string;
  id: string;
  parentId: string | null;
  text: string;
  /** What of a workspace goes with it. */
  context: MessageContext | null;
}

export interface Sent {
  user: MessageRow;
  answer: MessageRow;
  /** The same send came before: these are its messages. */
  repeated: boolean;
}

type Connection = Pick<Database['user'], 'select' | 'insert' | 'update' | 'all' | 'get'>;

/** The messages of a conversation: a tree, of which one path is shown. Every act is one FULL transaction. */
export class TreeStore {
  readonly #user: Database['user'];

  constructor({ user }: Database) {
    this.#user = user;
  }

  /** The conversation's path down to `leafId`, oldest first: its last `limit` messages. */
  path(leafId: string | null, limit: number): MessageRow[] {
    return leafId === null ? [] : readRows(this.#user, pathIds(this.#user, leafId, limit));
  }

  /** A message that can be reached: neither it, nor one above it, nor its conversation is deleted. */
  find(id: string): MessageRow {
    const row = readRows(this.#user, [id])[0];
    if (!row) throw new AppError('not_found', 'This message does not exist.');
    const owner = this.#user
      .select()
      .from(conversations)
      .where(eq(conversations.id, row.conversationId))
      .get();
    if (owner?.deletedAt !== null || isHidden(this.#user, id)) {
      throw new AppError('gone', 'This message was deleted. Undo brings it back.');
    }
    return row;
  }

  /** A reachable message of this conversation. */
  findIn(conversationId: string, id: string): MessageRow {
    const row = this.find(id);
    if (row.conversationId === conversationId) return row;
    throw new AppError('not_found', 'This message is not in this conversation.');
  }

  /** The row as it is, deleted or not. */
  stored(id: string): MessageRow | undefined {
    return readRows(this.#user, [id])[0];
  }

  /** The token ids that an answer was asked with, little-endian uint32; undefined when they were not recorded. */
  promptOf(id: string): Buffer | undefined {
    return readPrompt(this.#user, id);
  }

  /** Makes an answer that ended queued again; undefined when something else happened to it meanwhile. */
  requeue(row: MessageRow, change: Pick<MessageRow, 'model' | 'parameters'>): MessageRow | undefined {
    return this.#user
      .update(messages)
      .set({
        ...change,
        status: 'queued',
        finishReason: null,
        error: null,
        replay: null,
        citations: null,
        updatedAt: Date.now(),
      })
      .where(
        and(eq(messages.id, row.id), eq(messages.status, row.status), eq(messages.updatedAt, row.updatedAt)),
      )
      .returning()
      .get();
  }

  /** For each of `rows`, the ids of all versions of it, oldest first. */
  versions(rows: readonly MessageRow[]): Map<string, string[]> {
    const parents = [...new Set(rows.flatMap((row) => row.parentId ?? []))];
    const owners = [...new Set(rows.filter((row) => row.parentId === null).map((row) => row.conversationId))];
    const columns = {
      id: messages.id,
      parentId: messages.parentId,
      conversationId: messages.conversationId,
      role: messages.role,
    };
    const read = (where: ReturnType<typeof and>) =>
      this.#user
        .select(columns)
        .from(messages)
        .where(where)
        .orderBy(asc(messages.createdAt), asc(messages.id))
        .all();
    const siblings = [
      ...(parents.length
        ? read(and(sql`${messages.parentId} in ${idList(parents)}`, isNull(messages.deletedAt)))
        : []),
      ...(owners.length
        ? read(
            and(
              sql`${messages.conversationId} in ${idList(owners)}`,
              isNull(messages.parentId),
              isNull(messages.deletedAt),
            ),
          )
        : []),
    ];
    const place = (row: (typeof siblings)[number]) => `${row.parentId ?? row.conversationId} ${row.role}`;
    const groups = Map.groupBy(siblings, place);
    return new Map(rows.map((row) => [row.id, (groups.get(place(row)) ?? []).map((sibling) => sibling.id)]));
  }

  /** Writes what a person sent and the queued answer to it; the same id again gives what the first one made. */
  send(sent: SentMessage, draft: AnswerDraft): Sent {
    return this.#user.transaction(
      (tx) => {
        const before = repeatedSend(tx, sent);
        if (before) return before;
        requireParent(tx, sent);
        const { context, ...message } = sent;
        const row = insertMessage(tx, { ...message, role: 'user', status: 'complete' });
        if (context !== null) insertContext(tx, row.id, context);
        const answer = insertAnswer(tx, row, draft);
        if (sent.parentId === null) retitle(tx, sent.conversationId, sent.text);
        return { user: row, answer, repeated: false };
      },
      { behavior: 'immediate' },
    );
  }

  /** What an earlier send with this id made, if there was one. */
  findSent(sent: SentMessage): Sent | undefined {
    return repeatedSend(this.#user, sent);
  }

  /** Another answer to `question`. */
  answer(question: MessageRow, draft: AnswerDraft): MessageRow {
    return this.#user.transaction((tx) => insertAnswer(tx, question, draft), { behavior: 'immediate' });
  }

  /** Shows the path through this message down to its newest descendants. */
  select(row: MessageRow): ConversationRow {
    return setLeaf(this.#user, row.conversationId, newestLeaf(this.#user, row.id));
  }

  /** Marks the message deleted, and with it all that follows; the path goes on in another version, or ends above. */
  remove(row: MessageRow): ConversationRow {
    return this.#user.transaction(
      (tx) => {
        const leaf = leafOf(tx, row.conversationId);
        tx.update(messages).set({ deletedAt: Date.now() }).where(eq(messages.id, row.id)).run();
        if (leaf === null || !pathIds(tx, leaf, MANY).includes(row.id)) return owner(tx, row.conversationId);
        const version = latestVersion(tx, row);
        return setLeaf(tx, row.conversationId, version ? newestLeaf(tx, version) : row.parentId);
      },
      { behavior: 'immediate' },
    );
  }

  restore(id: string): ConversationRow {
    return this.#user.transaction(
      (tx) => {
        const row = readRows(tx, [id])[0];
        if (!row) throw new AppError('not_found', 'This message does not exist any more.');
        tx.update(messages).set({ deletedAt: null }).where(eq(messages.id, id)).run();
        if (isHidden(tx, id))
          throw new AppError('conflict', 'A message before this one is deleted: restore that one first.');
        return setLeaf(tx, row.conversationId, newestLeaf(tx, id));
      },
      { behavior: 'immediate' },
    );
  }

  /** A new conversation that holds a copy of the path down to `row`. */
  branch(row: MessageRow): ConversationRow {
    return this.#user.transaction(
      (tx) => {
        const source = owner(tx, row.conversationId);
        const now = Date.now();
        const id = newId();
        tx.insert(conversations)
          .values({
            ...source,
            id,
            activeLeafId: null,
            pinned: false,
            createdAt: now,
            updatedAt: now,
            deletedAt: null,
          })
          .run();
        let parentId: string | null = null;
        const copies = new Map<string, string>();
        for (const original of readRows(tx, pathIds(tx, row.id, MANY))) {
          const status = isUnfinished(original) ? 'interrupted' : original.status;
          const copyId = newId();
          tx.insert(messages)
            .values({ ...original, id: copyId, conversationId: id, parentId, status })
            .run();
          copies.set(original.id, copyId);
          parentId = copyId;
        }
        copyPrompts(tx, copies);
        for (const [original, context] of readContexts(tx, [...copies.keys()]))
          insertContext(tx, copies.get(original) ?? original, context);
        return setLeaf(tx, id, parentId);
      },
      { behavior: 'immediate' },
    );
  }

  /** Queued and running answers of these conversations. */
  unfinishedIn(conversationIds: readonly string[]): string[] {
    return this.#user
      .select({ id: messages.id })
      .from(messages)
      .where(
        and(
          inArray(messages.status, ['queued', 'running']),
          sql`${messages.conversationId} in ${idList(conversationIds)}`,
        ),
      )
      .all()
      .map((row) => row.id);
  }

  /** Queued and running answers at or below this message. */
  unfinishedBelow(id: string): string[] {
    const rows = this.#user.all<{ id: string }>(sql`
      with recursive below(id) as (
        select ${id} union all select m.id from ${messages} m join below on m.parent_id = below.id)
      select m.id from below join ${messages} m on m.id = below.id where m.status in ('queued', 'running')`);
    return rows.map((row) => row.id);
  }
}

/** Longer than any path: SQLite's own limit on steps of a recursion is memory. */
export const MANY = 1_000_000_000;

export function isUnfinished(row: MessageRow): boolean {
  return row.status === 'queued' || row.status === 'running';
}

/** Rows in the order of `ids`; the text and ids of running answers are completed from the journal. */
export function readRows(connection: Connection, ids: readonly string[]): MessageRow[] {
  const found = connection
    .select()
    .from(messages)
    .where(sql`${messages.id} in ${idList(ids)}`)
    .all();
  const unfinished = found.filter(isUnfinished).map((row) => row.id);
  const pieces = unfinished.length ? readPieces(connection, unfinished) : new Map<string, Piece[]>();
  const rows = new Map(found.map((row) => [row.id, withPieces(row, pieces.get(row.id) ?? [])]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

type Piece = typeof messagePieces.$inferSelect;

function readPieces(connection: Connection, ids: readonly string[]): Map<string, Piece[]> {
  const pieces = connection
    .select()
    .from(messagePieces)
    .where(sql`${messagePieces.messageId} in ${idList(ids)}`)
    .orderBy(asc(messagePieces.messageId), asc(messagePieces.seq))
    .all();
  return Map.groupBy(pieces, (piece) => piece.messageId);
}

function withPieces(row: MessageRow, pieces: readonly Piece[]): MessageRow {
  const last = pieces.at(-1);
  if (!last) return row;
  const tokenIds = Buffer.concat([row.tokenIds ?? Buffer.alloc(0), ...pieces.map((piece) => piece.tokenIds)]);
  const text = row.text + pieces.map((piece) => piece.text).join('');
  const reasoning = row.reasoning + pieces.map((piece) => piece.reasoning).join('');
  return { ...row, text, reasoning, tokenIds, seq: last.seq };
}

function pathIds(connection: Connection, leafId: string, limit: number): string[] {
  const rows = connection.all<{ id: string }>(sql`
    with recursive path(id, parent_id, depth) as (
      select id, parent_id, 0 from ${messages} where id = ${leafId}
      union all
      select m.id, m.parent_id, depth + 1 from path join ${messages} m on m.id = path.parent_id where depth + 1 < ${limit})
    select id from path order by depth desc`);
  return rows.map((row) => row.id);
}

function isHidden(connection: Connection, id: string): boolean {
  const row = connection.get<{ hidden: number }>(sql`
    with recursive path(parent_id, deleted_at) as (
      select parent_id, deleted_at from ${messages} where id = ${id}
      union all
      select m.parent_id, m.deleted_at from path join ${messages} m on m.id = path.parent_id)
    select count(deleted_at) as hidden from path`);
  return (row?.hidden ?? 0) > 0;
}

function newestLeaf(connection: Connection, id: string): string {
  const row = connection.get<{ id: string }>(sql`
    with recursive down(id, depth) as (
      select ${id}, 0
      union all
      select (select c.id from ${messages} c where c.parent_id = down.id and c.deleted_at is null
        order by c.created_at desc, c.id desc limit 1), depth + 1
      from down where down.id is not null)
    select id from down where id is not null order by depth desc limit 1`);
  return row?.id ?? id;
}

function latestVersion(connection: Connection, row: MessageRow): string | undefined {
  const sibling = row.parentId === null ? isNull(messages.parentId) : eq(messages.parentId, row.parentId);
  return connection
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, row.conversationId),
        sibling,
        eq(messages.role, row.role),
        isNull(messages.deletedAt),
      ),
    )
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .get()?.id;
}

function owner(connection: Connection, id: string): ConversationRow {
  const row = connection.select().from(conversations).where(eq(conversations.id, id)).get();
  if (!row) throw new AppError('not_found', 'This conversation does not exist.');
  return row;
}

function leafOf(connection: Connection, id: string): string | null {
  return owner(connection, id).activeLeafId;
}

function setLeaf(connection: Connection, id: string, activeLeafId: string | null): ConversationRow {
  connection.update(conversations).set({ activeLeafId }).where(eq(conversations.id, id)).run();
  return owner(connection, id);
}

function repeatedSend(connection: Connection, sent: SentMessage): Sent | undefined {
  const row = readRows(connection, [sent.id])[0];
  if (!row) return undefined;
  const first = connection
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.parentId, row.id), eq(messages.role, 'assistant')))
    .orderBy(asc(messages.createdAt), asc(messages.id))
    .get();
  const answer = first && readRows(connection, [first.id])[0];
  if (row.conversationId !== sent.conversationId || row.role !== 'user' || !answer) {
    throw new AppError('conflict', 'request_id: already the id of another message');
  }
  return { user: row, answer, repeated: true };
}

function requireParent(connection: Connection, { conversationId, parentId }: SentMessage): void {
  if (parentId === null) return;
  const parent = readRows(connection, [parentId])[0];
  if (parent?.conversationId !== conversationId || isHidden(connection, parentId)) {
    throw new AppError('not_found', 'parent_id: no such message in this conversation');
  }
}

function insertMessage(
  connection: Connection,
  values: Omit<typeof messages.$inferInsert, 'createdAt' | 'updatedAt'>,
): MessageRow {
  const now = Date.now();
  return connection
    .insert(messages)
    .values({ ...values, createdAt: now, updatedAt: now })
    .returning()
    .get();
}

function insertAnswer(connection: Connection, question: MessageRow, draft: AnswerDraft): MessageRow {
  const { conversationId } = question;
  const row = insertMessage(connection, {
    ...draft,
    id: newId(),
    conversationId,
    parentId: question.id,
    role: 'assistant',
    status: 'queued',
  });
  connection
    .update(conversations)
    .set({ activeLeafId: row.id, updatedAt: row.createdAt })
    .where(eq(conversations.id, conversationId))
    .run();
  return row;
}

function retitle(connection: Connection, id: string, text: string): void {
  connection
    .update(conversations)
    .set({ title: autoTitle(text) })
    .where(and(eq(conversations.id, id), eq(conversations.titleSource, 'auto')))
    .run();
}
