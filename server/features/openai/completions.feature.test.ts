import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([modelEntry('guide-small', guideSmall.path)]);
});
afterAll(() => room.close());

async function complete(body: object): Promise<any> {
  const answer = await room.post('/completions', { max_tokens: 12, ...body });
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

const textsOf = (body: any) => body.choices.map(({ text }: any) => text);
/** ChatML by hand: what the template would write. */
const chatMl = (text: string) => `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;

describe('a plain completion', () => {
  it('goes on with a text that carries no template, whole and streamed', async () => {
    const body = await complete({ prompt: chatMl('What is MLX Code?') });
    expect(body).toMatchObject({
      id: expect.stringMatching(/^cmpl-/),
      object: 'text_completion',
      choices: [{ index: 0, logprobs: null, finish_reason: 'length' }],
      usage: { completion_tokens: 12 },
    });
    const chat: any = await (
      await room.post('/chat/completions', {
        messages: [{ role: 'user', content: 'What is MLX Code?' }],
        max_tokens: 12,
      })
    ).json();
    expect(textsOf(body)).toEqual([chat.choices[0].message.content]);
    expect(body.usage.prompt_tokens).toBe(chat.usage.prompt_tokens);
    const streamed = await room.post('/completions', {
      ...{ prompt: chatMl('What is MLX Code?'), max_tokens: 12, stream: true },
    });
    const lines = (await streamed.text()).split('\n\n').filter((line) => line.startsWith('data: {'));
    const chunks = lines.map((line) => JSON.parse(line.slice('data: '.length)));
    expect(chunks.flatMap(textsOf).join('')).toBe(textsOf(body)[0]);
  });

  it('answers several prompts, n times each, in their order', async () => {
    const prompts = [chatMl('Hello'), chatMl('What is MLX Code?')];
    const alone = await Promise.all(prompts.map((prompt) => complete({ prompt })));
    const together = await complete({ prompt: prompts, n: 2 });
    const [first, second] = alone.flatMap(textsOf);
    expect(textsOf(together)).toEqual([first, first, second, second]);
    expect(together.usage.prompt_tokens).toBe(
      alone.reduce((total, { usage }) => total + usage.prompt_tokens, 0),
    );
  });

  it('takes token ids as they are', async () => {
    const body = await complete({ prompt: [5, 6, 7] });
    expect(body.usage.prompt_tokens).toBe(3);
    expect(
      textsOf(
        await complete({
          prompt: [
            [5, 6, 7],
            [5, 6, 7],
          ],
        }),
      ),
    ).toEqual([...textsOf(body), ...textsOf(body)]);
  });

  it('tells how likely each token was', async () => {
    const body = await complete({ prompt: chatMl('Hello'), logprobs: 2, max_tokens: 4 });
    const { tokens, token_logprobs, top_logprobs } = body.choices[0].logprobs;
    expect(tokens).toHaveLength(4);
    expect(token_logprobs[0]).toBe(top_logprobs[0][tokens[0]]);
    expect(Object.keys(top_logprobs[0])).toHaveLength(2);
  });
});
