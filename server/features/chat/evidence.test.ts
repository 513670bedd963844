import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message, MessageSources, TokenCount } from './contract.ts';
import { openRoom, type TestRoom } from './testing/room.ts';
import { createScriptedContext, found, WORKSPACE } from './testing/scripted-context.ts';
import { createScriptedGenerations } from './testing/scripted-generations.ts';

let script: ReturnType<typeof createScriptedGenerations>;
let folder: ReturnType<typeof createScriptedContext>;
let room: TestRoom;

const CONTEXT = { workspace_id: WORKSPACE, mentions: [], automatic: true, left_out: [] };

async function setUp(contextWindow = 4096, entry = {}) {
  script = createScriptedGenerations(contextWindow);
  folder = createScriptedContext(entry);
  room = await openRoom({ generations: script.generations, others: folder.others });
}
beforeEach(() => setUp());
afterEach(async () => {
  await room.stop();
  room.database.close();
});

/** The request of an answer once its evidence is there. */
async function started(id: string) {
  await room.heard(({ event, args: [state] }) => {
    if (event !== 'chat.state') return false;
    const said = state as { message_id: string; state: { phase: string } };
    return said.message_id === id && script.started.some((request) => request.id === id);
  });
  return script.started.find((request) => request.id === id)!;
}

async function answered(
  conversation: string,
  text: string,
  { said = 'Fine.', ...more }: { said?: string; context?: object } = {},
) {
  const { user, answer } = await room.send(conversation, text, more);
  await started(answer.id);
  script.admit(answer.id);
  script.say(answer.id, said).journal();
  script.finish(answer.id);
  return { user, answer: await room.ended(answer.id) };
}

const attached = async (settings: object = {}) =>
  (await room.create({ workspace_id: WORKSPACE, ...settings })).id;
const message = async (conversation: string, id: string) =>
  (await room.open(conversation)).messages.find((one) => one.id === id)!;

describe('a question about an attached folder', () => {
  test('is kept at once, searched for, and asked with what is found before it in one message', async () => {
    const gate = Promise.withResolvers<void>();
    folder.answerWith(async ({ firstNumber }) => {
      await gate.promise;
      return found(firstNumber, 'const port = 3000;');
    });
    const id = await attached();
    const { user, answer } = await room.send(id, 'Which port?');
    expect(user.context).toMatchObject({ workspace_id: WORKSPACE, automatic: true, found: null });
    await room.heard(
      ({ args: [state] }) => (state as { state?: { phase: string } }).state?.phase === 'searching',
    );
    const live = await room.call<{ state: { phase: string } }>('GET', `/chat/messages/${answer.id}/live`);
    expect(live.state.phase).toBe('searching');
    gate.resolve();
    const { messages } = await started(answer.id);
    expect(messages).toEqual([
      { role: 'user', content: '[1] src/a.ts:1-1\nconst port = 3000;\n\nWhich port?' },
    ]);
    const shown = (await message(id, user.id)).context?.found;
    expect(shown?.sources).toMatchObject([{ path: 'src/a.ts', number: 1, reason: 'words' }]);
    expect(shown?.sources[0]).not.toHaveProperty('text');
    expect(folder.asked[0]).toMatchObject({ query: 'Which port?', budget: Math.floor(4096 * 0.35) });
  });

  test('leaves earlier prompts as they were, and numbers its sources on', async () => {
    const id = await attached();
    const first = await answered(id, 'One?');
    const before = script.started[0]!.messages;
    const { answer } = await room.send(id, 'Two?');
    const { messages } = await started(answer.id);
    expect(messages.slice(0, 1)).toEqual(before);
    expect(messages[1]).toEqual({ role: 'assistant', content: first.answer.text });
    expect(messages[2]?.content).toMatch(/^\[2\] src\/a\.ts/);
  });

  test('is asked with what it points at and without what was taken out', async () => {
    const id = await attached();
    const mentions = [{ kind: 'file' as const, path: 'src/b.ts' }];
    const left_out = [{ path: 'src/c.ts', line: 1, end_line: 9 }];
    const { answer } = await room.send(id, 'Why?', {
      context: { ...CONTEXT, mentions, automatic: false, left_out },
    });
    await started(answer.id);
    expect(folder.asked[0]).toMatchObject({ mentions, automatic: false, leftOut: left_out });
  });

  test('goes without evidence when that is asked for, or the folder says so', async () => {
    const id = await attached();
    const plain = await room.send(id, 'Hi', { context: null });
    expect((await started(plain.answer.id)).messages).toEqual([{ role: 'user', content: 'Hi' }]);
    await room.stop();
    await setUp(4096, { autoContext: false });
    const quiet = await room.send(await attached(), 'Hi');
    expect((await started(quiet.answer.id)).messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(folder.asked).toEqual([]);
  });

  test('goes without it when the folder was closed, and is refused when it names a closed one', async () => {
    const id = await attached();
    folder.close();
    const { user, answer } = await room.send(id, 'Hi');
    expect(user.context).toBeNull();
    expect((await started(answer.id)).messages).toHaveLength(1);
    script.finish(answer.id);
    await room.ended(answer.id);
    await expect(room.send(id, 'Hi', { context: CONTEXT })).rejects.toMatchObject({ status: 404 });
  });

  test('is asked all the same when the search fails or takes too long, and says so', async () => {
    folder.answerWith(async () => {
      throw new Error('no index');
    });
    const id = await attached();
    const failed = await answered(id, 'One?');
    expect((await message(id, failed.user.id)).context?.found?.note).toMatch(/failed/);
    folder.answerWith(() => new Promise(() => undefined));
    const late = await answered(id, 'Two?');
    expect((await message(id, late.user.id)).context?.found?.note).toMatch(/longer than two seconds/);
    expect(script.started.at(-1)?.messages.at(-1)?.content).toBe('Two?');
  });

  test('can be stopped while it is searched for, and searched for again', async () => {
    const waiting = Promise.withResolvers<AbortSignal>();
    folder.answerWith((_, signal) => {
      waiting.resolve(signal);
      return new Promise(() => undefined);
    });
    const id = await attached();
    const { user, answer } = await room.send(id, 'Which port?');
    const signal = await waiting.promise;
    await room.call('POST', `/chat/messages/${answer.id}/stop`);
    expect((await room.ended(answer.id)).finish_reason).toBe('cancelled');
    expect(signal.aborted).toBe(true);
    expect((await message(id, user.id)).context?.found).toBeNull();
    folder.answerWith(async () => found(1, 'const port = 1;'));
    await room.call('POST', `/chat/messages/${answer.id}/continue`, {});
    expect((await started(answer.id)).messages[0]?.content).toContain('const port = 1;');
  });
});

describe('what was found', () => {
  test('is read again by another answer, and searched for anew only when that is asked for', async () => {
    const id = await attached();
    const { user, answer } = await answered(id, 'One?');
    const again = await room.call<{ answer: Message }>('POST', `/chat/messages/${answer.id}/regenerate`, {});
    expect((await started(again.answer.id)).messages).toEqual(script.started[0]!.messages);
    script.finish(again.answer.id);
    await room.ended(again.answer.id);
    expect(folder.asked).toHaveLength(1);
    folder.answerWith(async ({ firstNumber }) => found(firstNumber, 'const other = 2;'));
    const fresh = await room.call<{ user: Message; answer: Message }>(
      'POST',
      `/chat/messages/${answer.id}/regenerate`,
      { refresh: true },
    );
    expect((await started(fresh.answer.id)).messages[0]?.content).toContain('const other = 2;');
    expect(fresh.user.versions).toEqual([user.id, fresh.user.id]);
  });

  test('is what a stopped answer goes on with', async () => {
    const id = await attached();
    const { answer } = await room.send(id, 'One?');
    await started(answer.id);
    script.admit(answer.id);
    script.say(answer.id, 'Half').journal();
    await room.call('POST', `/chat/messages/${answer.id}/stop`);
    await room.call('POST', `/chat/messages/${answer.id}/continue`, {});
    const [first, second] = script.started;
    expect(second?.messages).toEqual(first?.messages);
    expect(folder.asked).toHaveLength(1);
  });

  test('goes from the prompt before any turn does, the oldest first, and the answer says so', async () => {
    await room.stop();
    await setUp(600);
    folder.answerWith(async ({ firstNumber, budget }) =>
      found(firstNumber, 'x'.repeat(Math.min(150, budget - 20))),
    );
    const id = await attached({ parameters: { max_tokens: 100 } });
    for (const text of ['One?', 'Two?', 'Three?']) await answered(id, text);
    const { answer } = await room.send(id, 'Four?');
    const { messages } = await started(answer.id);
    expect(messages).toHaveLength(7);
    expect(messages.map(({ content }) => content.includes('xxx'))).toEqual([
      ...[false, false, false, false, true, false, true],
    ]);
    expect((await message(id, answer.id)).dropped).toMatchObject({ messages: 0, contexts: 2 });
    const count = await room.call<TokenCount>('POST', `/chat/conversations/${id}/count`, { text: 'Five?' });
    expect(count.would_drop.contexts).toBeGreaterThan(0);
    expect(count.overflow).toBe(false);
  });

  test('never makes a prompt too long: its budget is what the window leaves', async () => {
    await room.stop();
    await setUp(400);
    const id = await attached({ system_prompt: 's'.repeat(230), parameters: { max_tokens: 100 } });
    await answered(id, 'One?');
    expect(folder.asked[0]!.budget).toBeLessThan(400 - 230 - 100);
    expect(folder.asked[0]!.budget).toBeGreaterThan(0);
  });

  test('a project can allow less of itself', async () => {
    await room.stop();
    await setUp(4096, { contextCharacters: 350 });
    await answered(await attached(), 'One?');
    expect(folder.asked[0]!.budget).toBe(100);
  });

  test('can be read with its texts, and which of it changed since', async () => {
    const { user } = await answered(await attached(), 'One?');
    folder.stale.push(1);
    expect(await room.call<MessageSources>('GET', `/chat/messages/${user.id}/sources`)).toEqual({
      sources: found(1, 'const answer = "to One?";').sources,
      stale: [1],
    });
    folder.close();
    expect((await room.call<MessageSources>('GET', `/chat/messages/${user.id}/sources`)).stale).toBeNull();
  });
});

describe('an answer', () => {
  test('is held against its sources when it ends, those of earlier questions included', async () => {
    const id = await attached();
    await answered(id, 'One?');
    const { answer } = await answered(id, 'Two?', {
      said: 'As in [1] and [2]: `const answer = "to One?";` not `const answer = 3;`',
    });
    expect(answer.citations?.map(({ kind, state, source }) => [kind, state, source])).toEqual([
      ['reference', 'verified', 1],
      ['reference', 'verified', 2],
      ['quote', 'verified', 1],
      ['quote', 'unverified', null],
    ]);
  });

  test('that was stopped is held against them too', async () => {
    const id = await attached();
    const { answer } = await room.send(id, 'One?');
    await started(answer.id);
    script.say(answer.id, 'See [1]').journal();
    await room.call('POST', `/chat/messages/${answer.id}/stop`);
    expect((await room.ended(answer.id)).citations).toMatchObject([{ source: 1, state: 'verified' }]);
  });

  test('without sources has no citations', async () => {
    const { answer } = await answered((await room.create()).id, 'One?', { said: 'See [1]' });
    expect(answer.citations).toBeNull();
  });
});

describe('sources', () => {
  test('are in the exported file for a reader, and come back with it elsewhere', async () => {
    const id = await attached();
    const { user } = await answered(id, 'One?', { said: 'See [1]' });
    const file = await (await room.raw('GET', `/chat/conversations/${id}/export`)).text();
    expect(file).toContain('\nSources:\n\n1. src/a.ts:1-1 (answer)\n');
    const elsewhere = await openRoom({ generations: script.generations });
    const { conversations } = await elsewhere.call<{ conversations: { id: string }[] }>(
      ...(['POST', '/chat/import', new TextEncoder().encode(file)] as const),
    );
    const [question, answer] = (await elsewhere.open(conversations[0]!.id)).messages;
    expect(question!.context).toEqual((await message(id, user.id)).context);
    expect(answer!.citations).toMatchObject([{ source: 1 }]);
    const again = await (
      await elsewhere.raw('GET', `/chat/conversations/${conversations[0]!.id}/export`)
    ).text();
    expect(again).toBe(file);
    await elsewhere.stop();
    elsewhere.database.close();
  });

  test('go with a branch', async () => {
    const id = await attached();
    const { answer } = await answered(id, 'One?');
    const branch = await room.call<{ id: string; workspace_id: string }>(
      'POST',
      `/chat/messages/${answer.id}/branch`,
    );
    expect(branch.workspace_id).toBe(WORKSPACE);
    expect((await room.open(branch.id)).messages[0]?.context?.found?.sources).toHaveLength(1);
  });

  test('are asked for again in the same way when the question is edited', async () => {
    const id = await attached();
    const mentions = [{ kind: 'file' as const, path: 'src/b.ts' }];
    const { user } = await answered(id, 'One?', { context: { ...CONTEXT, mentions } });
    const edited = await room.call<{ user: Message; answer: Message }>(
      'POST',
      `/chat/messages/${user.id}/edit`,
      {
        text: 'Two?',
      },
    );
    await started(edited.answer.id);
    expect(folder.asked.at(-1)).toMatchObject({ query: 'Two?', mentions });
  });
});
