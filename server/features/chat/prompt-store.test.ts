import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { conversations, messagePrompts, messages } from '#db/schema/chat.ts';
import { openTestDatabase } from '#db/testing.ts';
import { eq } from 'drizzle-orm';
import { readTokenIds, writeTokenIds } from '#server/generation/token-ids.ts';
import { readPrompt, writePrompt } from './prompt-store.ts';
import { newId } from './store.ts';

let database: Database;
beforeEach(() => {
  database = openTestDatabase();
  const now = Date.now();
  database.user.insert(conversations).values({ id: 'c', createdAt: now, updatedAt: now }).run();
});
afterEach(() => database.close());

/** A question below `parentId` and its answer with these completion ids. */
function turn(parentId: string | null, completion: readonly number[]): string {
  const now = Date.now();
  const base = { conversationId: 'c', status: 'complete' as const, createdAt: now, updatedAt: now };
  const question = newId();
  const answer = newId();
  database.user
    .insert(messages)
    .values({ ...base, id: question, parentId, role: 'user' })
    .run();
  const tokenIds = writeTokenIds(completion);
  database.user
    .insert(messages)
    .values({ ...base, id: answer, parentId: question, role: 'assistant', tokenIds })
    .run();
  return answer;
}

const keep = (id: string, ids: readonly number[]) => writePrompt(database.user, id, writeTokenIds(ids));
const read = (id: string) => {
  const bytes = readPrompt(database.user, id);
  return bytes && readTokenIds(bytes);
};
const numbers = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index);
const storedBytes = () =>
  database.user
    .select()
    .from(messagePrompts)
    .all()
    .reduce((sum, row) => sum + row.tail.length, 0);

describe('the prompt that an answer was asked with', () => {
  test('is read back id for id through a long conversation that grows only by its turns', () => {
    let prompt = numbers(40, 1);
    let parent: string | null = null;
    const kept: [string, number[]][] = [];
    for (let index = 0; index < 60; index += 1) {
      const completion = numbers(20, 1000 * index);
      const id = turn(parent, completion);
      keep(id, prompt);
      kept.push([id, prompt]);
      // As most templates go on: the answer as it was, and the next question.
      prompt = [...prompt, ...completion, ...numbers(10, 1000 * index + 500)];
      parent = id;
    }
    for (const [id, ids] of kept) expect(read(id)).toEqual(ids);
    expect(storedBytes()).toBe((40 + 59 * 10) * 4);
  });

  test('is exact where the template writes a past answer differently, and where nothing is shared', () => {
    const first = turn(null, numbers(30, 100));
    keep(first, numbers(40, 1));
    const rewritten = turn(first, []);
    keep(rewritten, [...numbers(40, 1), ...numbers(5, 100), 7, 8, 9]);
    const other = turn(rewritten, []);
    keep(other, [4_294_967_295, 5, 6]);
    expect(read(rewritten)).toEqual([...numbers(40, 1), ...numbers(5, 100), 7, 8, 9]);
    expect(read(other)).toEqual([4_294_967_295, 5, 6]);
  });

  test('stays readable below an answer that began again with another prompt', () => {
    const first = turn(null, []);
    keep(first, numbers(40, 1));
    const below = turn(first, []);
    keep(below, [...numbers(40, 1), 9]);
    keep(first, numbers(40, 500));
    expect(read(first)).toEqual(numbers(40, 500));
    expect(read(below)).toEqual([...numbers(40, 1), 9]);
  });

  test('is unknown for an answer that recorded none, and goes with its conversation', () => {
    const first = turn(null, []);
    expect(read(first)).toBeUndefined();
    keep(first, numbers(20, 1));
    database.user.delete(conversations).where(eq(conversations.id, 'c')).run();
    expect(database.user.select().from(messagePrompts).all()).toEqual([]);
  });
});
