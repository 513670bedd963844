import { eq, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { messagePrompts, messages } from '#db/schema/chat.ts';
import { idList } from './store.ts';

/** Token ids of a prompt: the first `shared` of the base's prompt and completion, then `tail`, little-endian uint32. */
export interface PromptDelta {
  /** An answer above; null when the tail is the whole prompt. */
  baseId: string | null;
  shared: number;
  tail: Buffer;
}

type Connection = Pick<Database['user'], 'select' | 'insert' | 'update' | 'all' | 'get'>;

/** Fewer shared ids than these are cheaper written again than looked up. */
const WORTH_SHARING = 16;
const ID_BYTES = 4;

/** Little-endian uint32 ids of the prompt of this answer; undefined when none was recorded. */
export function readPrompt(connection: Connection, messageId: string): Buffer | undefined {
  const chain = connection.all<{ shared: number; tail: Buffer; tokenIds: Buffer | null }>(sql`
    with recursive chain(message_id, base_id, shared, tail, depth) as (
      select message_id, base_id, shared, tail, 0 from ${messagePrompts} where message_id = ${messageId}
      union all
      select p.message_id, p.base_id, p.shared, p.tail, depth + 1
      from chain join ${messagePrompts} p on p.message_id = chain.base_id)
    select shared, tail, token_ids as tokenIds from chain join ${messages} on id = message_id order by depth desc`);
  const [root, ...rest] = chain;
  if (root === undefined || root.shared > 0) return undefined;
  let prompt = root.tail;
  let completion = root.tokenIds;
  for (const { shared, tail, tokenIds } of rest) {
    const base = join(prompt, completion);
    if (shared * ID_BYTES > base.length) return undefined;
    prompt = join(base.subarray(0, shared * ID_BYTES), tail);
    completion = tokenIds;
  }
  return prompt;
}

/** Keeps the ids that an answer was asked with, as what they add to the nearest answer above that has its own kept. */
export function writePrompt(connection: Connection, messageId: string, prompt: Buffer): void {
  const before = readPrompt(connection, messageId);
  if (before?.equals(prompt)) return;
  // What was an answer's beginning must stay readable to those below it.
  if (before !== undefined) detachDependents(connection, messageId);
  insertPrompt(connection, messageId, deltaOf(connection, messageId, prompt));
}

export function insertPrompt(connection: Connection, messageId: string, delta: PromptDelta): void {
  connection
    .insert(messagePrompts)
    .values({ messageId, ...delta })
    .onConflictDoUpdate({ target: messagePrompts.messageId, set: delta })
    .run();
}

/** The stored deltas of these messages, by message. */
export function readDeltas(connection: Connection, ids: readonly string[]): Map<string, PromptDelta> {
  const rows = connection
    .select()
    .from(messagePrompts)
    .where(sql`${messagePrompts.messageId} in ${idList(ids)}`)
    .all();
  return new Map(rows.map(({ messageId, ...delta }) => [messageId, delta]));
}

/** Gives copies of messages the prompts of their originals. Every original's base is among them. */
export function copyPrompts(connection: Connection, copies: ReadonlyMap<string, string>): void {
  for (const [id, delta] of readDeltas(connection, [...copies.keys()])) {
    const copyId = copies.get(id);
    const baseId = delta.baseId === null ? null : copies.get(delta.baseId);
    if (copyId !== undefined && baseId !== undefined) insertPrompt(connection, copyId, { ...delta, baseId });
  }
}

function deltaOf(connection: Connection, messageId: string, prompt: Buffer): PromptDelta {
  const baseId = nearestBase(connection, messageId);
  const base = baseId === null ? undefined : readPrompt(connection, baseId);
  if (baseId === null || base === undefined) return { baseId: null, shared: 0, tail: prompt };
  const completion = connection
    .select({ tokenIds: messages.tokenIds })
    .from(messages)
    .where(eq(messages.id, baseId))
    .get();
  const shared = commonIds(join(base, completion?.tokenIds ?? null), prompt);
  if (shared < WORTH_SHARING) return { baseId: null, shared: 0, tail: prompt };
  return { baseId, shared, tail: prompt.subarray(shared * ID_BYTES) };
}

/** Step by step: the answer above is nearly always two steps away. */
function nearestBase(connection: Connection, messageId: string): string | null {
  let at = messageId;
  for (;;) {
    const above = connection.get<{ id: string; kept: number } | undefined>(sql`
      select p.id, exists(select 1 from ${messagePrompts} k where k.message_id = p.id) as kept
      from ${messages} m join ${messages} p on p.id = m.parent_id where m.id = ${at}`);
    if (above === undefined) return null;
    if (above.kept) return above.id;
    at = above.id;
  }
}

function detachDependents(connection: Connection, messageId: string): void {
  const dependents = connection
    .select({ id: messagePrompts.messageId })
    .from(messagePrompts)
    .where(eq(messagePrompts.baseId, messageId))
    .all();
  for (const { id } of dependents) {
    const tail = readPrompt(connection, id);
    if (tail) insertPrompt(connection, id, { baseId: null, shared: 0, tail });
  }
}

function commonIds(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length) / ID_BYTES;
  for (let index = 0; index < most; index += 1) {
    if (one.readUInt32LE(index * ID_BYTES) !== other.readUInt32LE(index * ID_BYTES)) return index;
  }
  return most;
}

function join(beginning: Buffer, end: Buffer | null): Buffer {
  return end === null || end.length === 0 ? beginning : Buffer.concat([beginning, end]);
}
