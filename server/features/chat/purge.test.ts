import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { conversations, messagePrompts, messages } from '#db/schema/chat.ts';
import { openTestDatabase } from '#db/testing.ts';
import { readTokenIds } from '#server/generation/token-ids.ts';
import { openRoom } from './testing/room.ts';
import { createScriptedGenerations } from './testing/scripted-generations.ts';

const LONG_AGO = Date.now() - 31 * 24 * 60 * 60 * 1000;

let database: Database;
beforeEach(() => {
  database = openTestDatabase();
});
afterEach(() => database.close());

/** A conversation of two turns, its prompts recorded. */
async function talk(): Promise<{ id: string; second: string }> {
  const script = createScriptedGenerations();
  const room = await openRoom({ generations: script.generations, database });
  const { id } = await room.create();
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const say = async (question: string, promptTokenIds: number[]) => {
    const { user, answer } = await room.send(id, question);
    script.admit(answer.id, 'hash-1', { promptTokenIds });
    script.say(answer.id, 'Yes').journal();
    script.finish(answer.id);
    return user.id;
  };
  await say('one', numbers(40));
  const second = await say('two', numbers(60));
  await room.stop();
  return { id, second };
}

/** What the next start of the daemon asks to be deleted from the disk; resolves once the rows are gone. */
async function startAgain(gone: () => boolean) {
  const script = createScriptedGenerations();
  const room = await openRoom({ generations: script.generations, database });
  while (!gone()) await new Promise((resolve) => setImmediate(resolve));
  await room.stop();
  return script.forgotten.map((prompts) =>
    prompts === 'all' ? 'all' : prompts.map((prompt) => readTokenIds(prompt).length),
  );
}

const count = (table: typeof conversations | typeof messages | typeof messagePrompts) =>
  database.user.select().from(table).all().length;

test('a conversation deleted long ago goes for good, with its prompts here and on the disk', async () => {
  const { id } = await talk();
  await talk();
  database.user.update(conversations).set({ deletedAt: LONG_AGO }).where(eq(conversations.id, id)).run();
  expect(await startAgain(() => count(conversations) === 1)).toEqual([[40]]);
  expect([count(messages), count(messagePrompts)]).toEqual([4, 2]);
});

test('a message deleted long ago takes only what followed it', async () => {
  const { second } = await talk();
  database.user.update(messages).set({ deletedAt: LONG_AGO }).where(eq(messages.id, second)).run();
  expect(await startAgain(() => count(messages) === 2)).toEqual([[60]]);
  expect(count(conversations)).toBe(1);
});

test('where a prompt is not known, everything on the disk goes', async () => {
  const { id } = await talk();
  database.user.delete(messagePrompts).run();
  database.user.update(conversations).set({ deletedAt: LONG_AGO }).where(eq(conversations.id, id)).run();
  expect(await startAgain(() => count(conversations) === 0)).toEqual(['all']);
});

test('what was deleted lately can still be brought back', async () => {
  const { id } = await talk();
  database.user.update(conversations).set({ deletedAt: Date.now() }).where(eq(conversations.id, id)).run();
  expect(await startAgain(() => true)).toEqual([]);
  expect(count(conversations)).toBe(1);
});
