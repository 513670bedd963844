import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';
import { makeToolModel } from './testing/tool-model.ts';

let folder: string;
let room: OpenRoom;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-tools-'));
  const path = join(folder, 'caller');
  makeToolModel(path);
  room = await openRoom([
    modelEntry('caller', path, { contextWindow: 4096 }),
    modelEntry('guide-small', guideSmall.path),
  ]);
});
afterAll(async () => {
  await room.close();
  rmSync(folder, { recursive: true });
});

const paint = {
  type: 'function',
  function: {
    name: 'paint',
    description: 'Paints.',
    parameters: {
      type: 'object',
      properties: { color: { enum: ['red', 'green'] }, coats: { type: 'integer', minimum: 1, maximum: 3 } },
      required: ['color', 'coats'],
      additionalProperties: false,
    },
  },
};
const wait = {
  type: 'function',
  function: { name: 'wait', parameters: { type: 'object', additionalProperties: false } },
};
const messages = [{ role: 'user', content: 'Paint the wall.' }];
// Random weights choose among what is allowed; hot, so that seeds differ.
const chat = (more: object) => ({
  ...{ model: 'caller', messages, seed: 7, temperature: 1.5, max_tokens: 600, thinking: 'off' },
  ...more,
});

async function ask(body: object): Promise<any> {
  const answer = await room.post('/chat/completions', body);
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

async function stream(body: object): Promise<any[]> {
  const answer = await room.post('/chat/completions', { ...body, stream: true });
  const lines = (await answer.text()).split('\n\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)).choices[0]);
}

/** Joins the pieces of each call, as clients do. */
function callsOf(choices: any[]): any[] {
  const calls: any[] = [];
  for (const piece of choices.flatMap(({ delta }) => delta.tool_calls ?? [])) {
    const call = (calls[piece.index] ??= { function: { name: '', arguments: '' } });
    if (piece.id) Object.assign(call, { id: piece.id, type: piece.type });
    call.function.name += piece.function.name ?? '';
    call.function.arguments += piece.function.arguments;
  }
  return calls;
}

describe('a tool that must be called', () => {
  const asked = chat({
    tools: [paint, wait],
    tool_choice: { type: 'function', function: { name: 'paint' } },
  });

  it('is called with arguments of its schema, whole and streamed the same', async () => {
    const { choices } = await ask(asked);
    const [call, ...others] = choices[0].message.tool_calls;
    expect(others).toEqual([]);
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    expect(call).toMatchObject({ id: expect.any(String), type: 'function', function: { name: 'paint' } });
    const { color, coats } = JSON.parse(call.function.arguments);
    expect(['red', 'green']).toContain(color);
    expect([1, 2, 3]).toContain(coats);
    const streamed = await stream(asked);
    expect(streamed.at(-1).finish_reason).toBe('tool_calls');
    expect(callsOf(streamed)).toEqual([call]);
  });

  it('takes the result of the call, and goes on', async () => {
    const { choices } = await ask(asked);
    const { message } = choices[0];
    const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'done' };
    const body = await ask(chat({ messages: [...messages, message, result], tools: [paint], max_tokens: 4 }));
    expect(body.usage.completion_tokens).toBeGreaterThan(0);
  });

  it('is the only one when calls may not be parallel', async () => {
    const several = chat({ tools: [wait], tool_choice: 'required', max_tokens: 1_500 });
    const counts: number[] = [];
    for (let seed = 0; seed < 12 && !counts.some((count) => count > 1); seed += 1) {
      const { choices } = await ask({ ...several, seed });
      counts.push(choices[0].message.tool_calls.length);
      const one = { ...several, seed, parallel_tool_calls: false };
      const first = choices[0].message.tool_calls[0];
      const alone = (await ask(one)).choices[0];
      expect([alone.finish_reason, alone.message.tool_calls]).toEqual(['tool_calls', [first]]);
      expect(callsOf(await stream(one))).toEqual([first]);
    }
    expect(Math.max(...counts)).toBeGreaterThan(1);
  });
});

describe('an answer of a given form', () => {
  const schema = { ...paint.function.parameters };
  const read = async (response_format: object, seed: number) =>
    (await ask(chat({ response_format, seed }))).choices[0].message.content as string;

  it.each([[1], [2], [3]])('is JSON of the schema (seed %i)', async (seed) => {
    const value = JSON.parse(
      await read({ type: 'json_schema', json_schema: { name: 'wall', schema } }, seed),
    );
    expect(Object.keys(value).sort()).toEqual(['coats', 'color']);
    expect(['red', 'green']).toContain(value.color);
  });

  it('is what a regex or a grammar allows', async () => {
    expect(await read({ type: 'regex', regex: '(yes|no), [0-9]{3} times' }, 1)).toMatch(
      /^(yes|no), \d{3} times$/,
    );
    const grammar = 'start: number ("+" number){1,3}\nnumber: /[1-9][0-9]?/';
    expect(await read({ type: 'grammar', grammar }, 1)).toMatch(/^[1-9]\d?(\+[1-9]\d?){1,3}$/);
  });

  it('is an object where only JSON is asked for', async () => {
    const { choices } = await ask(
      chat({ response_format: { type: 'json_object' }, max_tokens: 1_500, seed: 3 }),
    );
    if (choices[0].finish_reason === 'stop')
      expect(JSON.parse(choices[0].message.content)).toBeTypeOf('object');
    expect(choices[0].message.content).toMatch(/^\s*\{/);
  });

  it('is refused beside tools, and tools of a model that has none', async () => {
    const both = await room.post(
      '/chat/completions',
      chat({ tools: [wait], response_format: { type: 'json_object' } }),
    );
    expect([both.status, await both.json()]).toMatchObject([400, { error: { param: 'response_format' } }]);
    const none = await room.post('/chat/completions', chat({ model: 'guide-small', tools: [wait] }));
    expect([none.status, await none.json()]).toMatchObject([400, { error: { param: 'tools' } }]);
    const broken = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'objec' } } };
    const invalid = await room.post('/chat/completions', chat({ response_format: broken }));
    expect([invalid.status, await invalid.json()]).toMatchObject([
      400,
      { error: { param: 'response_format' } },
    ]);
  });
});

describe('what a model thinks first', () => {
  // Added tokens follow the vocabulary of 384: the first two are the tags. Random weights have to be pushed.
  const thinking = chat({ thinking: 'on', temperature: 0, max_tokens: 12, logit_bias: { 384: 50 } });

  it('comes apart from the answer, and is counted', async () => {
    const body = await ask(thinking);
    const { message } = body.choices[0];
    const counted = body.usage.completion_tokens_details.reasoning_tokens;
    expect(counted).toBeGreaterThan(0);
    const streamed = await stream(thinking);
    const joined = (name: string) => streamed.map(({ delta }) => delta[name] ?? '').join('');
    expect(joined('reasoning_content')).toBe(message.reasoning_content ?? '');
    expect(joined('content')).toBe(message.content);
    expect(message.content).not.toContain('<think>');
  });
});
