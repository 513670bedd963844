import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { Message } from './contract.ts';
import { openRoom, type TestRoom } from './testing/room.ts';
import { createScriptedGenerations } from './testing/scripted-generations.ts';

let script: ReturnType<typeof createScriptedGenerations>;
let room: TestRoom;
let database: Database;

beforeEach(async () => {
  database = openTestDatabase();
  script = createScriptedGenerations();
  room = await openRoom({ generations: script.generations, database });
});
afterEach(async () => {
  await room.stop();
  database.close();
});

const CALLS = [{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo\\n```"}' }];

async function thoughtful() {
  const { id } = await room.create();
  const { answer } = await room.send(id, 'What is 6 times 7?');
  script.admit(answer.id);
  script.say(answer.id, '', 'Six sevens').journal();
  script.say(answer.id, '', ' are 42.').journal();
  script.say(answer.id, '42').journal();
  return answer;
}

describe('what a model thinks before it answers', () => {
  test('is streamed apart from the answer, and kept apart', async () => {
    const answer = await thoughtful();
    script.finish(answer.id);
    expect(await room.ended(answer.id)).toMatchObject({ text: '42', reasoning: 'Six sevens are 42.' });
    const deltas = room.events.flatMap(({ event, args }) => (event === 'chat.delta' ? [args[0]] : []));
    expect(deltas).toEqual([
      [answer.id, 1, '', 10, 'Six sevens'],
      [answer.id, 2, '', 18, ' are 42.'],
      [answer.id, 3, '42', 20],
    ]);
    const { messages } = await room.open(answer.conversation_id);
    expect(messages[1]!.timings!.reasoning).toBeGreaterThanOrEqual(0);
  });

  test('reaches a tab that joins in the middle', async () => {
    const answer = await thoughtful();
    const live = await room.call('GET', `/chat/messages/${answer.id}/live?after=1`);
    expect(live).toMatchObject({ seq: 3, text: '42', reasoning: ' are 42.' });
    const { messages } = await room.open(answer.conversation_id);
    expect(messages[1]).toMatchObject({ text: '42', reasoning: 'Six sevens are 42.', status: 'running' });
  });

  test('survives the daemon, and the answer goes on after it', async () => {
    const answer = await thoughtful();
    const next = createScriptedGenerations();
    room = await openRoom({ generations: next.generations, database });
    const cut = (await room.open(answer.conversation_id)).messages[1]!;
    expect(cut).toMatchObject({ status: 'interrupted', text: '42', reasoning: 'Six sevens are 42.' });
    await room.call<Message>('POST', `/chat/messages/${answer.id}/continue`, {});
    expect(next.started[0]!.resume).toMatchObject({
      text: '42',
      reasoning: 'Six sevens are 42.',
      seq: 3,
    });
  });

  test('is given back to the model with the next question', async () => {
    const answer = await thoughtful();
    script.finish(answer.id);
    await room.send(answer.conversation_id, 'Are you sure?');
    expect(script.started[1]!.messages).toEqual([
      { role: 'user', content: 'What is 6 times 7?' },
      { role: 'assistant', content: '42', reasoning: 'Six sevens are 42.' },
      { role: 'user', content: 'Are you sure?' },
    ]);
  });

  test('is asked for, or not, as the conversation says', async () => {
    const { id } = await room.create({ parameters: { thinking: 'off' } });
    const { answer } = await room.send(id, 'Hi');
    expect(script.started[0]).toMatchObject({ thinking: 'off', constraint: null, speculation: 'auto' });
    expect(answer.parameters).toMatchObject({ thinking: 'off' });
  });
});

describe('tools that a model calls', () => {
  test('are kept with the answer and go through an exported file that reads well', async () => {
    const answer = await thoughtful();
    script.finish(answer.id, { finishReason: 'tool_calls', toolCalls: CALLS });
    expect(await room.ended(answer.id)).toMatchObject({ finish_reason: 'tool_calls', tool_calls: CALLS });
    const file = await room.raw('GET', `/chat/conversations/${answer.conversation_id}/export`);
    const text = await file.text();
    const shown = text.replace(/<!--[\s\S]*?-->\n?/g, '');
    expect(shown).toContain('<details><summary>Thought</summary>\n\nSix sevens are 42.\n\n</details>');
    expect(shown).toContain('```json\n[\n  {\n    "id": "call_1",\n    "name": "weather",');
    const { conversations } = await room.call<{ conversations: { id: string }[] }>(
      'POST',
      '/chat/import',
      new TextEncoder().encode(text),
    );
    const { messages } = await room.open(conversations[0]!.id);
    expect(messages[1]).toMatchObject({ tool_calls: CALLS, reasoning: 'Six sevens are 42.' });
  });
});

describe('an answer that must match something', () => {
  const constraint = { type: 'json_schema', value: '{"type":"object"}' };

  test('is asked for so, and remembers it', async () => {
    const { id } = await room.create({ parameters: { constraint } });
    const { answer } = await room.send(id, 'Hi');
    expect(script.started[0]).toMatchObject({ constraint });
    expect(answer.parameters).toMatchObject({ constraint });
  });

  test.each([
    [{ constraint: { type: 'json_schema', value: '{oops' } }, 'parameters.constraint.value', /not JSON/],
    [{ constraint: { type: 'json_schema', value: '[1]' } }, 'parameters.constraint.value', /an object/],
    [{ constraint: { type: 'prose', value: 'x' } }, 'parameters.constraint.type', /./],
    [{ logit_bias: { cat: 1 } }, 'parameters.logit_bias.cat', /token id/],
    [{ presence_penalty: 3 }, 'parameters.presence_penalty', /./],
    [{ xtc_treshold: 0.1 }, 'parameters', /xtc_treshold/],
  ])('%j is refused at its place', async (parameters, field, message) => {
    const refusal = await room.create({ parameters }).catch((error) => error);
    expect(refusal).toMatchObject({ status: 400, error: { details: { field } } });
    expect(refusal.error.message).toMatch(message);
  });
});
