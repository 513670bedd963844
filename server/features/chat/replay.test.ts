import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messagePrompts, messages } from '#db/schema/chat.ts';
import type { Message, Replay } from './contract.ts';
import { MODEL, openRoom, type TestRoom } from './testing/room.ts';
import { createScriptedGenerations } from './testing/scripted-generations.ts';

let script: ReturnType<typeof createScriptedGenerations>;
let room: TestRoom;
const models = [MODEL];

beforeEach(async () => {
  models.splice(0, models.length, MODEL);
  script = createScriptedGenerations();
  room = await openRoom({ generations: script.generations, models });
});
afterEach(async () => {
  await room.stop();
  room.database.close();
});

/** A finished answer `reply`. */
async function answered(reply: string, finishReason: 'stop' | 'cancelled' = 'stop'): Promise<Message> {
  const { id } = await room.create({ parameters: { temperature: 0.7, presence_penalty: 0.5 } });
  const { answer } = await room.send(id, 'Hi');
  script.admit(answer.id);
  script.say(answer.id, reply).journal();
  script.finish(answer.id, { finishReason });
  return room.ended(answer.id);
}

const replay = (id: string) => room.call<Replay>('POST', `/chat/messages/${id}/replay`);
const state = (id: string) => room.call<Replay>('GET', `/chat/messages/${id}/replay`);
const refused = (id: string) => replay(id).then(String, (error: Error) => error.message);

/** Makes the replay of `id` say this and end. */
async function saysAgain(id: string, text: string, more: Parameters<typeof script.admit>[2] = {}) {
  await replay(id);
  script.admit(`replay.${id}`, 'hash-1', more);
  script.say(`replay.${id}`, text);
  script.finish(`replay.${id}`);
  return state(id);
}

describe('an answer', () => {
  test('keeps what it was made with: every parameter, its prompt and what the engine stood on', async () => {
    const answer = await answered('Hello');
    expect(answer.parameters).toMatchObject({
      ...{ temperature: 0.7, presence_penalty: 0.5, frequency_penalty: 0, top_p: 1, min_p: 0 },
      ...{ repetition_penalty: 1, xtc_probability: 0, logit_bias: {}, max_tokens: 4096 },
    });
    expect(answer.record).toEqual({
      ...{ template_hash: null, engine: '1', mlx: '1', mlx_lm: '1', python: '3' },
      ...{ device: 'cpu', blas: 'none', dtype: 'f', runs: 1 },
      prompt_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(answer).toMatchObject({ seed: 7, model: { hash: 'hash-1' } });
  });
});

describe('replaying an answer', () => {
  test('runs the same prompt, parameters and seed, and says that every token came again', async () => {
    const answer = await answered('Hello there');
    const begun = await replay(answer.id);
    expect(begun).toMatchObject({ running: { phase: 'queued', done: 0, total: 11 }, result: null });
    expect(script.started[1]).toMatchObject({
      promptTokenIds: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      sampling: { temperature: 0.7, presence_penalty: 0.5, seed: 7, max_tokens: 11 + 256 },
      resume: null,
    });
    script.admit(`replay.${answer.id}`);
    script.say(`replay.${answer.id}`, 'Hello there');
    script.finish(`replay.${answer.id}`);
    expect(await state(answer.id)).toMatchObject({
      running: null,
      result: { outcome: 'same', caveats: [], tokens: 11, first_difference: null },
      difference: null,
    });
    const { messages: shown } = await room.open(answer.conversation_id);
    expect(shown).toHaveLength(2);
    expect(shown[1]).toMatchObject({ text: 'Hello there', replay: { outcome: 'same' } });
  });

  test('shows the first token that differs, and the words in which the texts differ', async () => {
    const answer = await answered('one two three');
    const { result, difference } = await saysAgain(answer.id, 'one too three');
    expect(result).toMatchObject({
      outcome: 'different',
      first_difference: { index: 5, expected: 'w'.codePointAt(0), actual: 'o'.codePointAt(0) },
    });
    expect(difference).toEqual([
      { kind: 'same', text: 'one ' },
      { kind: 'removed', text: 'two' },
      { kind: 'added', text: 'too' },
      { kind: 'same', text: ' three' },
    ]);
    expect((await room.open(answer.conversation_id)).messages[1]!.text).toBe('one two three');
  });

  test('says where the shorter one ended when one is the beginning of the other', async () => {
    const answer = await answered('abc');
    expect((await saysAgain(answer.id, 'abcd')).result).toMatchObject({
      outcome: 'different',
      first_difference: { index: 3, expected: null, actual: 'd'.codePointAt(0) },
    });
  });

  test('a stopped answer is repeated as far as it went', async () => {
    const answer = await answered('half', 'cancelled');
    expect((await saysAgain(answer.id, 'half')).result).toMatchObject({ outcome: 'same' });
    expect(script.started[1]!.sampling).toMatchObject({ max_tokens: 4 });
  });

  test('says while it runs why it may not come out the same', async () => {
    const answer = await answered('Hello');
    await replay(answer.id);
    const versions = {
      ...{ engine: '1', mlx: '2', mlx_lm: '1', python: '3' },
      ...{ device: 'cpu', blas: 'openblas', dtype: 'f' },
    };
    script.admit(`replay.${answer.id}`, 'hash-2', { templateHash: 'other', versions });
    const told = await room.heard(
      ({ event, args: [shown] }) =>
        event === 'chat.replay' && (shown as Replay).running?.caveats.length === 4,
    );
    expect((told.args[0] as Replay).running!.caveats).toEqual([
      'The files of the model have changed since.',
      'The chat template of the model has changed since; the prompt is used as it was recorded.',
      'MLX was 1 and is 2.',
      'The matrix library was none and is openblas.',
    ]);
    script.finish(`replay.${answer.id}`);
  });

  test('warns of an answer that was continued after it had stopped', async () => {
    const answer = await answered('one', 'cancelled');
    room.events.length = 0;
    await room.call('POST', `/chat/messages/${answer.id}/continue`, {});
    script.admit(answer.id);
    script.say(answer.id, ' two').journal();
    script.finish(answer.id);
    expect((await room.ended(answer.id)).record).toMatchObject({ runs: 2 });
    const { result } = await saysAgain(answer.id, 'one two');
    expect(result).toMatchObject({ outcome: 'same' });
    expect(result!.caveats).toEqual([expect.stringContaining('continued after it had stopped')]);
  });

  test('can be cancelled, and keeps what an earlier one found', async () => {
    const answer = await answered('Hello');
    await saysAgain(answer.id, 'Hello');
    await replay(answer.id);
    const { cancelled } = await room.call<{ cancelled: boolean }>(
      'POST',
      `/chat/messages/${answer.id}/replay/cancel`,
    );
    expect(cancelled).toBe(true);
    expect(await state(answer.id)).toMatchObject({ running: null, result: { outcome: 'same' } });
    expect(await room.call('POST', `/chat/messages/${answer.id}/replay/cancel`)).toEqual({
      cancelled: false,
    });
  });

  test('that fails says why, and can be tried again', async () => {
    const answer = await answered('Hello');
    await replay(answer.id);
    const error = { code: 'engine_failed' as const, message: 'The engine broke.' };
    script.finish(`replay.${answer.id}`, { finishReason: 'error', error });
    expect((await state(answer.id)).result).toMatchObject({ outcome: 'failed', error });
    expect((await saysAgain(answer.id, 'Hello')).result).toMatchObject({ outcome: 'same' });
  });

  test('ends with its conversation', async () => {
    const answer = await answered('Hello');
    await replay(answer.id);
    await room.call('POST', '/chat/conversations/delete', { ids: [answer.conversation_id] });
    expect(script.generations.running(`replay.${answer.id}`)).toBe(false);
  });

  test('is refused with the reason where it cannot be done', async () => {
    const answer = await answered('Hello');
    const change = (set: Partial<typeof messages.$inferInsert>) =>
      room.database.user.update(messages).set(set).where(eq(messages.id, answer.id)).run();
    expect(await refused(answer.parent_id!)).toMatch(/Only an answer/);
    models.length = 0;
    expect(await refused(answer.id)).toMatch(/not on this disk/);
    models.push(MODEL);
    await replay(answer.id);
    expect(await refused(answer.id)).toMatch(/being replayed already/);
    script.finish(`replay.${answer.id}`);
    room.database.user
      .update(messagePrompts)
      .set({ tail: Buffer.from([1, 0, 0, 0]) })
      .run();
    expect(await refused(answer.id)).toMatch(/not the one that it was made from/);
    room.database.user.delete(messagePrompts).run();
    expect(await refused(answer.id)).toMatch(/tokens of its prompt are not known/);
    change({ tokenIds: null });
    expect(await refused(answer.id)).toMatch(/no tokens to compare with/);
    change({ record: null });
    expect(await refused(answer.id)).toMatch(/did not record/);
    expect(await refused('01JD0000000000000000000000')).toMatch(/not_found/);
  });

  test('survives a branch and the way through a file', async () => {
    const answer = await answered('Hello');
    const branch = await room.call<{ id: string }>('POST', `/chat/messages/${answer.id}/branch`);
    const copy = (await room.open(branch.id)).messages[1]!;
    expect((await saysAgain(copy.id, 'Hello')).result).toMatchObject({ outcome: 'same' });
    const file = await room.raw('GET', `/chat/conversations/${answer.conversation_id}/export`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { conversations } = await room.call<{ conversations: { id: string }[] }>(
      'POST',
      '/chat/import',
      bytes,
    );
    const imported = (await room.open(conversations[0]!.id)).messages[1]!;
    expect(imported.id).not.toBe(answer.id);
    expect((await saysAgain(imported.id, 'Hello')).result).toMatchObject({ outcome: 'same' });
  });
});
