import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { ConversationSummary, Message, TokenCount } from './contract.ts';
import { MODEL, openRoom, requestId, type TestRoom } from './testing/room.ts';
import { createScriptedGenerations } from './testing/scripted-generations.ts';

let script: ReturnType<typeof createScriptedGenerations>;
let database: Database;
let room: TestRoom;

beforeEach(async () => {
  script = createScriptedGenerations();
  database = openTestDatabase();
  room = await openRoom({ generations: script.generations, database });
});
afterEach(async () => {
  await room.stop();
  database.close();
});

const texts = (messages: Message[]) => messages.map((message) => message.text);
const list = (query = '') =>
  room.call<{ items: ConversationSummary[]; next_cursor: string | null; total: number }>(
    'GET',
    `/chat/conversations${query}`,
  );
const act = <Answer>(id: string, action: string, body?: object) =>
  room.call<Answer>('POST', `/chat/messages/${id}/${action}`, body);

/** A question with a finished answer. */
async function exchange(conversationId: string, question: string, reply: string) {
  const { user, answer } = await room.send(conversationId, question);
  write(answer.id, reply);
  return { user, answer: await room.ended(answer.id) };
}

function write(id: string, reply: string, result = {}) {
  script.admit(id);
  script.say(id, reply).journal();
  script.finish(id, result);
}

describe('sending', () => {
  test('answers at once with both messages, and streams the answer by events', async () => {
    const { id } = await room.create();
    const { user, answer } = await room.send(id, 'How are you? Tell me.');
    expect(user).toMatchObject({
      role: 'user',
      status: 'complete',
      parent_id: null,
      text: 'How are you? Tell me.',
    });
    expect(answer).toMatchObject({
      role: 'assistant',
      status: 'queued',
      parent_id: user.id,
      model: { id: 'guide' },
    });
    expect(script.started[0]).toMatchObject({ id: answer.id, modelId: 'guide', resume: null });

    script.admit(answer.id);
    script.say(answer.id, 'Fine');
    const delta = await room.heard(({ event }) => event === 'chat.delta');
    expect(delta).toMatchObject({ topic: `conversation:${id}`, args: [[answer.id, 1, 'Fine', 4]] });
    script.say(answer.id, '.').journal();
    script.finish(answer.id);
    expect(await room.ended(answer.id)).toMatchObject({
      status: 'complete',
      finish_reason: 'stop',
      seed: 7,
      usage: { completion_tokens: 5 },
      timings: { tokens_per_second: 10 },
      model: { id: 'guide', name: 'Guide', hash: 'hash-1' },
      parameters: { temperature: 0, max_tokens: 4096 },
    });
  });

  test('titles the conversation until a person does', async () => {
    const { id } = await room.create();
    const { user } = await exchange(id, 'Reverse a string. In Rust.', 'ok');
    expect((await room.open(id)).conversation.title).toBe('Reverse a string');
    await act(user.id, 'edit', { text: 'Sort a list' });
    expect((await room.open(id)).conversation.title).toBe('Sort a list');
    await room.call('PATCH', `/chat/conversations/${id}`, { title: 'Mine' });
    await act(user.id, 'edit', { text: 'Search a tree' });
    expect((await room.open(id)).conversation).toMatchObject({ title: 'Mine', title_source: 'user' });
  });

  test('twice with one request id sends once', async () => {
    const { id } = await room.create();
    const body = { text: 'Hi', request_id: requestId(), overflow: 'refuse' };
    const path = `/chat/conversations/${id}/messages`;
    const [first, second] = await Promise.all([room.call('POST', path, body), room.call('POST', path, body)]);
    expect(second).toEqual(first);
    expect(script.started).toHaveLength(1);
    expect((await room.open(id)).messages).toHaveLength(2);
  });

  test('is refused while the answer above is being written', async () => {
    const { id } = await room.create();
    await room.send(id, 'one');
    await expect(room.send(id, 'two')).rejects.toMatchObject({ error: { code: 'conflict' } });
  });

  test('gives the model the system prompt and the whole path', async () => {
    const { id } = await room.create({
      system_prompt: 'Be brief.',
      parameters: { temperature: 0.7, seed: 5 },
    });
    await exchange(id, 'one', 'two');
    await room.send(id, 'three');
    expect(script.started[1]!.messages.map((message) => message.content)).toEqual([
      'Be brief.',
      'one',
      'two',
      'three',
    ]);
    expect(script.started[1]!.sampling).toMatchObject({ temperature: 0.7, seed: 5, max_tokens: 4096 });
  });

  test('with a model that is gone changes nothing and says so', async () => {
    const { id } = await room.create();
    await exchange(id, 'one', 'two');
    const other = await openRoom({ generations: script.generations, database, models: [] });
    await expect(other.send(id, 'three')).rejects.toMatchObject({
      error: { code: 'not_found', message: expect.stringMatching(/no model/) },
    });
    await expect(room.create({ model_id: 'nope' })).rejects.toMatchObject({ error: { code: 'not_found' } });
    expect((await room.open(id)).messages).toHaveLength(2);
  });

  test('with a model that only embeds is refused', async () => {
    const { id } = await room.create();
    const embedder = { ...MODEL, embeds: true };
    const other = await openRoom({ generations: script.generations, database, models: [embedder] });
    await expect(other.send(id, 'one')).rejects.toMatchObject({
      error: { code: 'model_unsupported', message: expect.stringMatching(/cannot chat/) },
    });
  });
});

describe('a prompt longer than the context window', () => {
  const long = 'x'.repeat(1500);

  test('is refused with the numbers, and nothing is written', async () => {
    const { id } = await room.create();
    await exchange(id, long, 'y'.repeat(1000));
    const refused = await room.send(id, long).catch((error) => error);
    expect(refused).toMatchObject({
      status: 422,
      error: {
        code: 'context_overflow',
        details: {
          tokens: 4003,
          context_window: 4096,
          reserved: 1024,
          would_drop: { messages: 2, tokens: 2500 },
        },
      },
    });
    expect((await room.open(id)).messages).toHaveLength(2);
  });

  test('goes through without the oldest turns when that is asked for, and says what was dropped', async () => {
    const { id } = await room.create();
    await exchange(id, long, 'y'.repeat(1000));
    const { answer } = await room.send(id, long, { overflow: 'drop_oldest' });
    expect(answer.dropped).toEqual({ messages: 2, tokens: 2500 });
    expect(script.started[1]!.messages.map((message) => message.content)).toEqual([long]);
    write(answer.id, 'cut', { finishReason: 'length' });
    await act(answer.id, 'continue', {});
    expect(script.started[2]!.messages.map((message) => message.content)).toEqual([long]);
  });

  test('is found out later when the model is not loaded yet, and can be retried', async () => {
    const { id } = await room.create();
    const { user } = await exchange(id, long, 'y'.repeat(1000));
    const release = script.holdCounts();
    const { answer } = await room.send(id, long);
    expect(answer.status).toBe('queued');
    release();
    expect(await room.ended(answer.id)).toMatchObject({
      status: 'failed',
      error: { code: 'context_overflow' },
    });
    const retried = await act<{ answer: Message }>(answer.id, 'regenerate', { overflow: 'drop_oldest' });
    expect(retried.answer.dropped).toMatchObject({ messages: 2 });
    expect(user.versions).toHaveLength(1);
  });

  test('can be stopped while its tokens are being counted', async () => {
    const { id } = await room.create();
    const release = script.holdCounts();
    const { answer } = await room.send(id, 'x'.repeat(3000));
    expect(await act(answer.id, 'stop')).toEqual({ stopped: true });
    expect(await room.ended(answer.id)).toMatchObject({ status: 'complete', finish_reason: 'cancelled' });
    release();
    await room.open(id);
    expect(script.started).toHaveLength(0);
  });

  test('shows before sending: exact tokens, and what would be left out', async () => {
    const { id } = await room.create({ system_prompt: 'S' });
    const { user, answer } = await exchange(id, long, 'y'.repeat(1000));
    const path = `/chat/conversations/${id}/count`;
    const count = await room.call<TokenCount>('POST', path, { text: long });
    expect(count).toMatchObject({
      tokens: 4004,
      draft_tokens: 1500,
      context_window: 4096,
      overflow: true,
      would_drop: { messages: 2, tokens: 2500 },
    });
    expect(count.parts).toEqual([
      { message_id: null, role: 'system', tokens: 1, dropped: false },
      { message_id: user.id, role: 'user', tokens: 1500, dropped: true },
      { message_id: answer.id, role: 'assistant', tokens: 1000, dropped: true },
      { message_id: null, role: 'user', tokens: 1500, dropped: false },
    ]);
    expect(await room.call('POST', path, { text: 'short' })).toMatchObject({ overflow: false });
    const fresh = await room.call<TokenCount>('POST', '/chat/count', { text: long, system_prompt: 'S' });
    expect(fresh).toMatchObject({ draft_tokens: 1500, overflow: false });
    expect(fresh.parts.map(({ role, tokens }) => [role, tokens])).toEqual([
      ['system', 1],
      ['user', 1500],
    ]);
  });
});

describe('versions', () => {
  test('regenerate makes another answer beside the first, edit another question', async () => {
    const { id } = await room.create();
    const { user, answer } = await exchange(id, 'one', 'first');
    const again = await act<{ answer: Message }>(answer.id, 'regenerate', { parameters: { temperature: 1 } });
    expect(again.answer).toMatchObject({
      versions: [answer.id, again.answer.id],
      parameters: { temperature: 1 },
    });
    write(again.answer.id, 'second');
    const edited = await act<{ user: Message; answer: Message }>(user.id, 'edit', { text: 'ONE' });
    expect(edited.user).toMatchObject({ parent_id: null, versions: [user.id, edited.user.id] });
    write(edited.answer.id, 'third');
    expect(texts((await room.open(id)).messages)).toEqual(['ONE', 'third']);

    const back = await act<{ messages: Message[] }>(user.id, 'select');
    expect(texts(back.messages)).toEqual(['one', 'second']);
    const first = await act<{ messages: Message[] }>(answer.id, 'select');
    expect(texts(first.messages)).toEqual(['one', 'first']);
    expect(texts((await room.open(id)).messages)).toEqual(['one', 'first']);
  });

  test('a deleted message takes what follows with it, and undo brings all back', async () => {
    const { id } = await room.create();
    const one = await exchange(id, 'one', 'two');
    const two = await exchange(id, 'three', 'four');
    const cut = await act<{ messages: Message[] }>(two.user.id, 'delete');
    expect(texts(cut.messages)).toEqual(['one', 'two']);
    await expect(act(two.answer.id, 'stop')).rejects.toMatchObject({ status: 410 });
    await act(one.user.id, 'delete');
    await expect(act(two.user.id, 'restore')).rejects.toMatchObject({ error: { code: 'conflict' } });
    await act(one.user.id, 'restore');
    const whole = await act<{ messages: Message[] }>(two.user.id, 'restore');
    expect(texts(whole.messages)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('deleting one version shows another', async () => {
    const { id } = await room.create();
    const { answer } = await exchange(id, 'one', 'first');
    const again = await act<{ answer: Message }>(answer.id, 'regenerate', {});
    write(again.answer.id, 'second');
    const left = await act<{ messages: Message[] }>(again.answer.id, 'delete');
    expect(texts(left.messages)).toEqual(['one', 'first']);
    expect(left.messages[1]!.versions).toEqual([answer.id]);
  });

  test('a branch is a conversation of its own with a copy of the path', async () => {
    const { id } = await room.create({ system_prompt: 'S' });
    const { answer } = await exchange(id, 'one', 'two');
    await exchange(id, 'three', 'four');
    const branch = await act<{ id: string }>(answer.id, 'branch');
    await exchange(branch.id, 'five', 'six');
    expect(texts((await room.open(branch.id)).messages)).toEqual(['one', 'two', 'five', 'six']);
    expect((await room.open(branch.id)).conversation.system_prompt).toBe('S');
    expect(texts((await room.open(id)).messages)).toEqual(['one', 'two', 'three', 'four']);
  });
});

describe('an answer that was cut off', () => {
  test('by a dead daemon keeps what was journaled and goes on from there', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    script.admit(answer.id);
    script.say(answer.id, 'He').journal();
    script.say(answer.id, 'll').journal();
    script.say(answer.id, 'lost with the daemon');

    const next = createScriptedGenerations();
    room = await openRoom({ generations: next.generations, database });
    const found = (await room.open(id)).messages[1];
    expect(found).toMatchObject({ status: 'interrupted', text: 'Hell', seq: 2, interruptions: 1, seed: 7 });

    const resumed = await act<Message>(answer.id, 'continue', {});
    expect(resumed).toMatchObject({ status: 'queued', text: 'Hell' });
    expect(next.started[0]).toMatchObject({
      resume: { tokenIds: [72, 101, 108, 108], text: 'Hell', seq: 2 },
      sampling: { seed: 7 },
    });
    next.admit(answer.id);
    next.say(answer.id, 'o').journal();
    next.finish(answer.id);
    expect(await room.ended(answer.id)).toMatchObject({ text: 'Hello', seq: 3, status: 'complete' });
  });

  test('by its length goes on with room for as many tokens again', async () => {
    const { id } = await room.create({ parameters: { max_tokens: 4 } });
    const { answer } = await room.send(id, 'one');
    write(answer.id, 'Hell', { finishReason: 'length' });
    await act(answer.id, 'continue', {});
    expect(script.started[1]).toMatchObject({ sampling: { max_tokens: 8 }, resume: { text: 'Hell' } });
    await expect(act(answer.id, 'continue', {})).rejects.toMatchObject({ error: { code: 'conflict' } });
    write(answer.id, 'o');
    expect((await room.open(id)).messages[1]!.text).toBe('Hello');
    await expect(act(answer.id, 'continue', {})).rejects.toMatchObject({
      error: { message: expect.stringMatching(/complete/) },
    });
  });

  test('by a failure keeps its text and its error, and can be continued', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    const error = { code: 'engine_failed' as const, message: 'It crashed three times.' };
    write(answer.id, 'Hel', { finishReason: 'error', error });
    expect(await room.ended(answer.id)).toMatchObject({ status: 'failed', text: 'Hel', error });
    expect(await act<Message>(answer.id, 'continue', {})).toMatchObject({ status: 'queued', error: null });
  });

  test('is not continued by a model whose files changed meanwhile', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    write(answer.id, 'Hell', { finishReason: 'length' });
    await act(answer.id, 'continue', {});
    room.events.length = 0;
    script.admit(answer.id, 'another hash');
    expect(await room.ended(answer.id)).toMatchObject({
      status: 'failed',
      text: 'Hell',
      error: { code: 'conflict' },
    });
  });

  test('counts the engines that died under it', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    script.admit(answer.id);
    script.interrupt(answer.id);
    script.say(answer.id, 'done').journal();
    script.finish(answer.id);
    expect(await room.ended(answer.id)).toMatchObject({ text: 'done', interruptions: 1, status: 'complete' });
  });

  test('by a full disk is shown, and saved when there is room again', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    script.admit(answer.id);
    const pages = database.stream.$client.pragma('page_count', { simple: true });
    database.stream.$client.pragma(`max_page_count = ${pages}`);
    const half = 'kept '.repeat(20_000);
    script.say(answer.id, half).journal();
    script.say(answer.id, half).journal();
    const reply = half + half;
    script.finish(answer.id);
    const unsaved = (await room.open(id)).messages[1];
    expect(unsaved).toMatchObject({ text: reply, error: { code: 'insufficient_storage' } });
    database.stream.$client.pragma('max_page_count = 1073741823');
    await room.heard(
      ({ event, args: [message] }) =>
        event === 'chat.message' &&
        (message as Message).error === null &&
        (message as Message).status === 'complete' &&
        (message as Message).id === answer.id,
    );
    const again = await openRoom({ generations: createScriptedGenerations().generations, database });
    expect((await again.open(id)).messages[1]).toMatchObject({
      text: reply,
      status: 'complete',
      error: null,
    });
  });
});

describe('a running answer', () => {
  test('is complete up to this moment when the conversation is opened again', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    script.admit(answer.id);
    script.say(answer.id, 'journaled, ').journal();
    script.say(answer.id, 'and live');
    expect((await room.open(id)).messages[1]).toMatchObject({
      text: 'journaled, and live',
      seq: 2,
      status: 'running',
    });
    const live = await room.call('GET', `/chat/messages/${answer.id}/live?after=1`);
    expect(live).toMatchObject({
      seq: 2,
      text: 'and live',
      state: { phase: 'answering' },
      message: { seq: 2 },
    });
    expect((await list()).items[0]).toMatchObject({ id, running: true });
  });

  test('ends when it is stopped, and keeps its text', async () => {
    const { id } = await room.create();
    const { answer } = await room.send(id, 'one');
    script.admit(answer.id);
    script.say(answer.id, 'half').journal();
    expect(await act(answer.id, 'stop')).toEqual({ stopped: true });
    expect(await room.ended(answer.id)).toMatchObject({
      text: 'half',
      finish_reason: 'cancelled',
      status: 'complete',
    });
    expect(await act(answer.id, 'stop')).toEqual({ stopped: false });
    expect((await list()).items[0]).toMatchObject({ running: false });
  });

  test('is stopped when its conversation or its question is deleted', async () => {
    const first = await room.create();
    const one = await room.send(first.id, 'one');
    await room.call('POST', '/chat/conversations/delete', { ids: [first.id] });
    expect(script.generations.running(one.answer.id)).toBe(false);
    const second = await room.create();
    const two = await room.send(second.id, 'one');
    await act(two.user.id, 'delete');
    expect(script.generations.running(two.answer.id)).toBe(false);
  });
});

describe('the list', () => {
  test('shows pinned ones first, then the latest, page by page', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push((await room.create({ title: `c${index}` })).id);
    await room.call('PATCH', `/chat/conversations/${ids[2]}`, { pinned: true });
    const titles: string[] = [];
    let query = '?limit=3';
    for (;;) {
      const page = await list(query);
      expect(page.total).toBe(7);
      titles.push(...page.items.map((item) => item.title));
      if (page.next_cursor === null) break;
      query = `?limit=3&cursor=${page.next_cursor}`;
    }
    expect(titles).toEqual(['c2', 'c6', 'c5', 'c4', 'c3', 'c1', 'c0']);
  });

  test('loses deleted conversations until they are restored', async () => {
    const { id } = await room.create();
    await exchange(id, 'one', 'two');
    expect(await room.call('POST', '/chat/conversations/delete', { ids: [id, id] })).toEqual({ deleted: 1 });
    expect((await list()).total).toBe(0);
    await expect(room.open(id)).rejects.toMatchObject({ error: { code: 'gone' } });
    expect(await room.call('POST', '/chat/conversations/restore', { ids: [id] })).toEqual({ restored: 1 });
    expect(texts((await room.open(id)).messages)).toEqual(['one', 'two']);
  });

  test('forgets for good what was deleted 30 days ago', async () => {
    const { id } = await room.create();
    await exchange(id, 'one', 'two');
    await room.call('POST', '/chat/conversations/delete', { ids: [id] });
    const month = 31 * 24 * 60 * 60 * 1000;
    database.user.$client.prepare('update conversations set deleted_at = deleted_at - ?').run(month);
    room = await openRoom({ generations: script.generations, database });
    expect(await room.call('POST', '/chat/conversations/restore', { ids: [id] })).toEqual({ restored: 0 });
    expect(database.user.$client.prepare('select count(*) as n from messages').get()).toEqual({ n: 0 });
  });

  test('tells other tabs what changed', async () => {
    const { id } = await room.create();
    await room.call('PATCH', `/chat/conversations/${id}`, { title: 'Named' });
    const listed = await room.heard(
      ({ event, args: [change] }) =>
        event === 'chat.listed' && (change as { changed: { title: string }[] }).changed[0]?.title === 'Named',
    );
    expect(listed.topic).toBe('chat');
    await room.heard(({ topic, event }) => topic === `conversation:${id}` && event === 'chat.changed');
  });
});

test('a long path is opened from its end, and read upwards page by page', async () => {
  const { id } = await room.create();
  for (let index = 0; index < 5; index += 1) await exchange(id, `q${index}`, `a${index}`);
  const last = await room.open(id, '?limit=4');
  expect(texts(last.messages)).toEqual(['q3', 'a3', 'q4', 'a4']);
  const middle = await room.open(id, `?limit=4&before=${last.before}`);
  expect(texts(middle.messages)).toEqual(['q1', 'a1', 'q2', 'a2']);
  const first = await room.open(id, `?limit=4&before=${middle.before}`);
  expect(texts(first.messages)).toEqual(['q0', 'a0']);
  expect(first.before).toBeNull();
});

describe('export and import', () => {
  const bytes = async (response: Response | Promise<Response>) =>
    new Uint8Array(await (await response).arrayBuffer());
  interface Imported {
    conversations: { id: string; title: string }[];
    failed: { file: string; message: string }[];
  }

  async function branched() {
    const { id } = await room.create({ system_prompt: 'S', parameters: { temperature: 0.3 } });
    const { user, answer } = await exchange(id, 'What? CON: a/b', 'first');
    write((await act<{ answer: Message }>(answer.id, 'regenerate', {})).answer.id, 'second');
    write((await act<{ answer: Message }>(user.id, 'edit', { text: 'ONE' })).answer.id, 'third');
    return id;
  }

  test('through Markdown into another home gives the same file again', async () => {
    const id = await branched();
    const response = await room.raw('GET', `/chat/conversations/${id}/export`);
    expect(response.headers.get('content-disposition')).toContain('attachment; filename="');
    const file = await bytes(response);
    const elsewhere = await openRoom({ generations: script.generations });
    const imported = await elsewhere.call<Imported>('POST', '/chat/import', file);
    expect(imported).toMatchObject({ conversations: [{ id }], failed: [] });
    expect(await bytes(elsewhere.raw('GET', `/chat/conversations/${id}/export`))).toEqual(file);
    expect((await elsewhere.open(id)).messages).toEqual((await room.open(id)).messages);
  });

  test('of many goes through a zip and back, beside what is there', async () => {
    const id = await branched();
    await room.create({ title: 'Empty' });
    const archive = await bytes(room.raw('POST', '/chat/export', {}));
    const imported = await room.call<Imported>('POST', '/chat/import', archive);
    expect(imported.failed).toEqual([]);
    expect(imported.conversations.map((one) => one.title).sort()).toEqual(['Empty', 'ONE']);
    expect(imported.conversations.map((one) => one.id)).not.toContain(id);
    expect((await list()).total).toBe(4);
  });

  test('of a zip names the files that cannot be read, and takes the others', async () => {
    const id = await branched();
    const good = await bytes(room.raw('GET', `/chat/conversations/${id}/export`));
    const text = encode('hello');
    const archive = zipSync({
      'a/good.md': good,
      'bad.md': text,
      'photo.png': text,
      '__MACOSX/._good.md': text,
    });
    const imported = await room.call<Imported>('POST', '/chat/import', archive);
    expect(imported.conversations).toHaveLength(1);
    expect(imported.failed).toEqual([
      { file: 'bad.md', message: expect.stringContaining('front matter') },
      { file: 'photo.png', message: expect.stringContaining('not a Markdown file') },
    ]);
  });

  const few = new Uint8Array(300);
  const bombs = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}.md`, few]));

  test.each<[string, Uint8Array, [code: string, message: RegExp]]>([
    ['a path that leads outside', zipSync({ '../../evil.md': few }), ['invalid_request', /evil/]],
    ['an absolute path', zipSync({ '/etc/evil.md': few }), ['invalid_request', /evil/]],
    ['a drive', zipSync({ 'c:\\evil.md': few }), ['invalid_request', /evil/]],
    ['a bomb', claiming(zipSync({ 'bomb.md': few }), 65 * 2 ** 20), ['too_large', /bomb\.md/]],
    ['many bombs', claiming(zipSync(bombs), 60 * 2 ** 20), ['too_large', /times its size/]],
    ['a cut end', zipSync({ 'a.md': few }).subarray(0, 60), ['invalid_request', /not a zip/]],
    ['no conversation', encode('# hello'), ['invalid_request', /front matter/]],
    ['nothing', new Uint8Array(0), ['invalid_request', /front matter/]],
    ['no text', new Uint8Array([0xff, 0xfe, 0, 0x80]), ['invalid_request', /front matter/]],
  ])('of %s is refused', async (_, archive, [code, message]) => {
    await expect(room.call('POST', '/chat/import', archive)).rejects.toMatchObject({
      error: { code, message: expect.stringMatching(message) },
    });
    expect((await list()).total).toBe(0);
  });
});

describe('bad input is refused with a typed error and changes nothing', () => {
  const unknown = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ';
  const get: [string, unknown] = ['GET', undefined];

  test.each<[method: string, body: unknown, refused: [path: string, status: number]]>([
    [...get, [`/chat/conversations/${unknown}`, 404]],
    [...get, ['/chat/conversations/nope', 400]],
    [...get, ['/chat/conversations?limit=0', 400]],
    [...get, ['/chat/conversations?cursor=nope', 400]],
    [...get, [`/chat/messages/${unknown}/live`, 404]],
    [...get, [`/chat/conversations/${unknown}/export`, 404]],
    ['POST', { text: 'x', request_id: 'short' }, [`/chat/conversations/${unknown}/messages`, 400]],
    ['POST', { text: '', request_id: unknown }, [`/chat/conversations/${unknown}/messages`, 400]],
    ['POST', { text: 'x', request_id: unknown }, [`/chat/conversations/${unknown}/messages`, 404]],
    [
      'POST',
      { text: 'x'.repeat(2_000_001), request_id: unknown },
      [`/chat/conversations/${unknown}/messages`, 400],
    ],
    ['POST', { title: 5 }, ['/chat/conversations', 400]],
    ['POST', { parameters: { temperature: 'hot' } }, ['/chat/conversations', 400]],
    ['POST', { parameters: { unheard_of: 1 } }, ['/chat/conversations', 400]],
    ['POST', { ids: 'all' }, ['/chat/conversations/delete', 400]],
    ['POST', { ids: [] }, ['/chat/conversations/delete', 400]],
    ['POST', {}, [`/chat/messages/${unknown}/continue`, 404]],
    ['POST', {}, [`/chat/messages/${unknown}/regenerate`, 404]],
    ['POST', { text: 'x' }, [`/chat/messages/${unknown}/edit`, 404]],
    ...['stop', 'select', 'branch', 'delete', 'restore'].map(
      (action) =>
        ['POST', {}, [`/chat/messages/${unknown}/${action}`, 404]] as [string, unknown, [string, number]],
    ),
    ['PATCH', { title: ' ' }, [`/chat/conversations/${unknown}`, 400]],
    ['PATCH', { title: 'x' }, [`/chat/conversations/${unknown}`, 404]],
  ])('%s %o %o', async (method, body, [path, status]) => {
    await expect(room.call(method, path, body)).rejects.toMatchObject({ status });
    expect((await list()).total).toBe(0);
  });

  test('a parent of another conversation', async () => {
    const { answer } = await exchange((await room.create()).id, 'one', 'two');
    const other = await room.create();
    await expect(room.send(other.id, 'x', { parent_id: answer.id })).rejects.toMatchObject({ status: 404 });
    await expect(room.open(other.id, `?before=${answer.id}`)).rejects.toMatchObject({ status: 404 });
    expect((await room.open(other.id)).messages).toEqual([]);
  });

  test('an act that does not fit the message', async () => {
    const { user, answer } = await exchange((await room.create()).id, 'one', 'two');
    await expect(act(answer.id, 'edit', { text: 'x' })).rejects.toMatchObject({ status: 400 });
    await expect(act(user.id, 'continue', {})).rejects.toMatchObject({ status: 400 });
    await expect(act(answer.id, 'regenerate', { model_id: 'nope' })).rejects.toMatchObject({ status: 404 });
  });
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The archive with another unpacked size in each entry of its directory: a bomb need not be built to be sent. */
function claiming(archive: Uint8Array, size: number): Uint8Array {
  const bytes = Buffer.from(archive);
  for (let at = bytes.indexOf('PK\u0001\u0002'); at >= 0; at = bytes.indexOf('PK\u0001\u0002', at + 4)) {
    bytes.writeUInt32LE(size, at + 24);
  }
  return bytes;
}
