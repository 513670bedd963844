import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGenerations } from '#server/generation/generations.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import {
  guide,
  longQuestion as LONG,
  openTestEngines,
  pidOf,
  type TestEngines,
} from '#server/worker/testing/engines.ts';
import type { Message, TokenCount } from './contract.ts';
import { MODEL, openRoom, type TestRoom } from './testing/room.ts';

let engines: TestEngines;
let generations: Generations;
let room: TestRoom;

beforeAll(async () => {
  engines = openTestEngines();
  const model: ModelEntry = { ...MODEL, path: guide.path };
  const hooks = createHooks();
  hooks.register('modelSource', { find: async (id) => (id === model.id ? model : undefined) });
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
  room = await openRoom({ generations, models: [model] });
});
afterAll(async () => {
  await generations.close();
  await room.stop();
  room.database.close();
  await engines.close();
});

const ask = async (text: string, parameters: object = {}) => {
  const { id } = await room.create({ parameters: { max_tokens: 1000, ...parameters } });
  return room.send(id, text);
};

/** Resolves when the answer has so many tokens. */
const tokens = (id: string, atLeast: number) =>
  room.heard(({ event, args: [delta] }) => {
    if (event !== 'chat.delta') return false;
    const [of, , , count] = delta as [string, number, string, number];
    return of === id && count >= atLeast;
  });

const shown = (id: string) =>
  room.events
    .flatMap(({ event, args }) =>
      event === 'chat.delta' ? [args[0] as [string, number, string, number]] : [],
    )
    .filter(([of]) => of === id);

/** The message once its replay is over. */
async function replayed(id: string): Promise<Message> {
  await room.call('POST', `/chat/messages/${id}/replay`);
  const found = await room.heard(
    ({ event, args: [message] }) =>
      event === 'chat.message' && (message as Message).id === id && (message as Message).replay !== null,
  );
  return found.args[0] as Message;
}

/** A long answer that `cut` met in the middle: on a busy machine one may be over before it is shown. */
async function cutOff(cut: (id: string) => Promise<unknown>): Promise<Message> {
  for (let attempt = 1; ; attempt += 1) {
    const { answer } = await ask(LONG);
    await tokens(answer.id, 10);
    await cut(answer.id);
    const ended = await room.ended(answer.id);
    if (ended.finish_reason === 'cancelled' || ended.interruptions > 0 || attempt === 5) return ended;
  }
}

describe('with a real model', () => {
  test('a question is answered, and what was streamed is what is kept', async () => {
    const { answer } = await ask('How do I load a model?');
    const ended = await room.ended(answer.id);
    expect(ended).toMatchObject({ status: 'complete', error: null });
    expect(ended.text.length).toBeGreaterThan(0);
    const deltas = shown(answer.id);
    expect(deltas.map(([, , text]) => text).join('')).toBe(ended.text);
    expect(deltas.map(([, seq]) => seq)).toEqual(deltas.map((_, index) => index + 1));
    expect(ended.usage!.completion_tokens).toBe(deltas.at(-1)![3]);
    expect(ended.timings!.first_token).toBeGreaterThan(0);
    expect(ended.model!.hash).toMatch(/\w{8}/);
  });

  test('the count before a send is the prompt of that send', async () => {
    const { id } = await room.create({ system_prompt: 'Be brief.', parameters: { max_tokens: 8 } });
    const text = 'What is a token?';
    const count = await room.call<TokenCount>('POST', `/chat/conversations/${id}/count`, { text });
    const { answer } = await room.send(id, text);
    expect((await room.ended(answer.id)).usage!.prompt_tokens).toBe(count.tokens);
  });

  test.each([
    ['taken by likelihood', { temperature: 0 }],
    ['drawn', { temperature: 0.9, top_p: 0.95 }],
    ['drawn with penalties', { temperature: 0.7, presence_penalty: 0.4, frequency_penalty: 0.3 }],
  ])('an answer whose tokens are %s is reproduced token for token', async (_, parameters) => {
    const { answer } = await ask('How do I load a model?', parameters);
    const { record, seed } = await room.ended(answer.id);
    expect(record).toMatchObject({ runs: 1, mlx: expect.stringMatching(/^\d/) });
    expect(seed).not.toBeNull();
    const { replay, text } = await replayed(answer.id);
    expect(replay).toMatchObject({ outcome: 'same', caveats: [], first_difference: null });
    expect(replay!.tokens).toBeGreaterThan(5);
    expect(text.length).toBeGreaterThan(0);
  });

  test('an answer of a later turn, whose prompt was reused, is reproduced as well', async () => {
    const { answer } = await ask('How do I load a model?');
    await room.ended(answer.id);
    const next = await room.send(answer.conversation_id, 'And how do I unload it?');
    await room.ended(next.answer.id);
    expect((await replayed(next.answer.id)).replay).toMatchObject({ outcome: 'same', caveats: [] });
  });

  test('an answer that must match matches, and is reproduced so', async () => {
    const constraint = { type: 'regex', value: '(yes|no), [a-z]{3,9}' };
    const { answer } = await ask('Can I load two models?', { constraint, temperature: 0.8 });
    const ended = await room.ended(answer.id);
    expect(ended.text).toMatch(/^(yes|no), [a-z]{3,9}$/);
    expect((await replayed(answer.id)).replay).toMatchObject({ outcome: 'same' });
  });

  test('a grammar that cannot be followed is refused by name, and the answer says so', async () => {
    const constraint = { type: 'grammar', value: 'start: nowhere' };
    const { answer } = await ask('Can I load two models?', { constraint });
    expect(await room.ended(answer.id)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_request', details: { parameter: 'constraint' } },
    });
  });

  test('an answer keeps the receipt of what it did not have to read again', async () => {
    const { answer } = await ask('What does the receipt of an answer say?');
    const first = (await room.ended(answer.id)).usage!;
    expect(first.cache).toMatchObject({ reused_tokens: first.cached_tokens });
    const next = await room.send(answer.conversation_id, 'And where does it stand?');
    const { usage } = await room.ended(next.answer.id);
    expect(usage!.cached_tokens).toBeGreaterThan(first.prompt_tokens / 2);
    expect(usage!.cache).toMatchObject({ reused_tokens: usage!.cached_tokens, from: 'memory' });
    expect(usage!.cache!.seconds_saved).toBeGreaterThan(0);
  });

  test('a stopped answer goes on as if it had not been stopped', async () => {
    const whole = await room.ended((await ask(LONG)).answer.id);
    const half = await cutOff((id) => room.call('POST', `/chat/messages/${id}/stop`));
    expect(half.finish_reason).toBe('cancelled');
    expect(whole.text.startsWith(half.text)).toBe(true);
    expect(half.text.length).toBeLessThan(whole.text.length);
    room.events.length = 0;
    await room.call<Message>('POST', `/chat/messages/${half.id}/continue`, {});
    expect((await room.ended(half.id)).text).toBe(whole.text);
  });

  test('a length-stopped answer goes on to the same end', async () => {
    const whole = await room.ended((await ask(LONG, { max_tokens: 60 })).answer.id);
    const { answer } = await ask(LONG, { max_tokens: 30 });
    expect(await room.ended(answer.id)).toMatchObject({
      finish_reason: 'length',
      usage: { completion_tokens: 30 },
    });
    room.events.length = 0;
    await room.call('POST', `/chat/messages/${answer.id}/continue`, {});
    const ended = await room.ended(answer.id);
    expect(ended.text).toBe(whole.text);
    expect(ended.usage!.completion_tokens).toBe(60);
  });

  test('an engine killed under an answer costs no token and doubles none', async () => {
    const whole = await room.ended((await ask(LONG)).answer.id);
    const ended = await cutOff(async () => process.kill(pidOf(engines.pool, guide.id), 'SIGKILL'));
    expect(ended).toMatchObject({ status: 'complete', interruptions: 1, text: whole.text });
    expect(
      shown(ended.id)
        .map(([, , text]) => text)
        .join(''),
    ).toBe(whole.text);
  });
});
