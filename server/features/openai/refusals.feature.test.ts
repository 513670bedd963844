import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([modelEntry('guide-small', guideSmall.path)]);
});
afterAll(() => room.close());

async function refusal(path: string, body: unknown): Promise<{ status: number; error: any }> {
  const answer = await room.post(path, body);
  const { error }: any = await answer.json();
  return { status: answer.status, error };
}

const user = { role: 'user', content: 'Hello' };
const chat = (more: object = {}) => ({ messages: [user], max_tokens: 4, ...more });
const said = (...messages: object[]) => ({ messages });
const tool = { type: 'function', function: { name: 'read', parameters: { type: 'object' } } };
const call = { id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } };
const schema = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };

describe('a chat that cannot be meant is refused with 400 and the name of', () => {
  it.each<[param: string, body: object]>([
    ['messages', { messages: [] }],
    ['messages', { messages: 'Hello' }],
    ['messages', {}],
    ['messages[0].role', said({ role: 'robot', content: 'x' })],
    ['messages[0].content', said({ role: 'user', content: 7 })],
    ['messages[0].content', said({ role: 'user' })],
    ['messages[0].content', said({ role: 'assistant' }, user)],
    [
      'messages[0].content[1].type',
      said({ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url' }] }),
    ],
    ['messages[0].name', said({ ...user, name: 'Ada' })],
    ['messages[1].tool_call_id', said(user, { role: 'tool', tool_call_id: 'c1', content: 'x' })],
    [
      'messages[0].tool_calls[0].type',
      said({ role: 'assistant', tool_calls: [{ ...call, type: 'shell' }] }, user),
    ],
    ['model', chat({ model: 7 })],
    ['max_tokens', chat({ max_tokens: 0 })],
    ['max_tokens', chat({ max_tokens: 1.5 })],
    ['max_completion_tokens', chat({ max_completion_tokens: 5 })],
    ['temperature', chat({ temperature: -1 })],
    ['temperature', chat({ temperature: '1' })],
    ['top_p', chat({ top_p: 0 })],
    ['top_k', chat({ top_k: -1 })],
    ['min_p', chat({ min_p: 2 })],
    ['n', chat({ n: 0 })],
    ['n', chat({ n: 9 })],
    ['seed', chat({ seed: -1 })],
    ['stop', chat({ stop: '' })],
    ['stop', chat({ stop: Array.from({ length: 17 }, (_, at) => `${at}`) })],
    ['presence_penalty', chat({ presence_penalty: 3 })],
    ['frequency_penalty', chat({ frequency_penalty: -3 })],
    ['repetition_penalty', chat({ repetition_penalty: 0 })],
    ['xtc_probability', chat({ xtc_probability: 2 })],
    ['xtc_threshold', chat({ xtc_threshold: 1 })],
    ['logit_bias.hello', chat({ logit_bias: { hello: 1 } })],
    ['logit_bias.5', chat({ logit_bias: { 5: 101 } })],
    ['logprobs', chat({ logprobs: 3 })],
    ['top_logprobs', chat({ top_logprobs: 2 })],
    ['top_logprobs', chat({ logprobs: true, top_logprobs: 21 })],
    ['stream_options', chat({ stream_options: { include_usage: true } })],
    ['stream_options.verbose', chat({ stream: true, stream_options: { verbose: true } })],
    ['response_format.type', chat({ response_format: { type: 'xml' } })],
    ['response_format.json_schema', chat({ response_format: { type: 'json_schema' } })],
    ['response_format.regex', chat({ response_format: { type: 'regex' } })],
    ['response_format', chat({ response_format: schema, tools: [tool], tool_choice: 'required' })],
    ['tools[0].type', chat({ tools: [{ type: 'web_search' }] })],
    ['tools[0].function.name', chat({ tools: [{ type: 'function', function: { name: 'a b' } }] })],
    ['tools', chat({ tools: [tool, tool] })],
    ['tool_choice', chat({ tool_choice: 'auto' })],
    ['tool_choice', chat({ tools: [tool], tool_choice: 'sometimes' })],
    ['tool_choice', chat({ tools: [tool], tool_choice: { type: 'function', function: { name: 'write' } } })],
    ['parallel_tool_calls', chat({ parallel_tool_calls: false })],
    ['thinking', chat({ thinking: 'hard' })],
    ['priority', chat({ priority: 'urgent' })],
    ['modalities', chat({ modalities: ['text', 'audio'] })],
    ['audio', chat({ audio: { voice: 'alloy' } })],
    ['prediction', chat({ prediction: { type: 'content', content: 'x' } })],
    ['functions', chat({ functions: [] })],
    ['function_call', chat({ function_call: 'auto' })],
    ['reasoning_effort', chat({ reasoning_effort: 'high' })],
    ['web_search_options', chat({ web_search_options: {} })],
    ['store', chat({ store: true })],
    ['service_tier', chat({ service_tier: 'flex' })],
    ['temprature', chat({ temprature: 1 })],
  ])('%s: %j', async (param, body) => {
    const { status, error } = await refusal('/chat/completions', body);
    expect(status, JSON.stringify(error)).toBe(400);
    expect(error).toMatchObject({ param, type: 'invalid_request_error', code: 'invalid_request' });
    expect(error.message).toContain(param);
  });
});

describe('a completion that cannot be meant is refused with 400 and the name of', () => {
  it.each<[param: string, body: object]>([
    ['prompt', {}],
    ['prompt', { prompt: '' }],
    ['prompt', { prompt: [] }],
    ['prompt', { prompt: [1, 'two'] }],
    ['prompt', { prompt: Array.from({ length: 17 }, () => 'x') }],
    ['n', { prompt: ['a', 'b', 'c'], n: 8 }],
    ['echo', { prompt: 'a', echo: true }],
    ['suffix', { prompt: 'a', suffix: 'b' }],
    ['best_of', { prompt: 'a', best_of: 2 }],
    ['logprobs', { prompt: 'a', logprobs: 6 }],
    ['messages', { prompt: 'a', messages: [user] }],
  ])('%s: %j', async (param, body) => {
    const { status, error } = await refusal('/completions', body);
    expect(status, JSON.stringify(error)).toBe(400);
    expect(error).toMatchObject({ param, type: 'invalid_request_error' });
  });
});

describe('what only the engine can judge is refused before the first token, streamed or not', () => {
  it.each<[param: string, body: object]>([
    ['logit_bias', chat({ logit_bias: { 999999: 1 } })],
    ['response_format', chat({ response_format: { type: 'regex', regex: '(' } })],
  ])('%s: %j', async (param, body) => {
    for (const stream of [false, true]) {
      const { status, error } = await refusal('/chat/completions', { ...body, stream });
      expect(status, JSON.stringify(error)).toBe(400);
      expect(error).toMatchObject({ param });
    }
  });

  it('a prompt longer than the context window', async () => {
    const long = { role: 'user', content: 'word '.repeat(20_000) };
    const { status, error } = await refusal('/chat/completions', { messages: [long], stream: true });
    expect([status, error.code, error.type]).toEqual([422, 'context_overflow', 'invalid_request_error']);
  });

  it('an id that no token has', async () => {
    const { status, error } = await refusal('/completions', { prompt: [999_999_999] });
    expect([status, error.type]).toEqual([400, 'invalid_request_error']);
  });
});

describe('garbage', () => {
  it.each([[''], ['{'], ['null'], ['[]'], ['"x"'], ['{"messages":'], ['['.repeat(5_000)], ['\u0000']])(
    '%j gets 400',
    async (body) => {
      for (const path of ['/chat/completions', '/completions']) {
        expect((await refusal(path, body)).status).toBe(400);
      }
    },
  );
});
