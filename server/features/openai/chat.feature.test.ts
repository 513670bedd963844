import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guide, guideSmall, longQuestion, pidOf, question } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([
    modelEntry('guide', guide.path, { name: 'Guide (built in)' }),
    modelEntry('guide-small', guideSmall.path, { name: 'twin' }),
    modelEntry('other', guideSmall.path, { name: 'twin' }),
  ]);
});
afterAll(() => room.close());

const messages = [{ role: 'user', content: question }];
const chat = (more: object = {}) => ({ model: 'guide', messages, max_tokens: 24, ...more });

async function ask(body: object): Promise<any> {
  const answer = await room.post('/chat/completions', body);
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

/** Reads a stream the way clients do: events by blank lines, JSON until [DONE]. */
async function stream(body: object): Promise<{ chunks: any[]; done: boolean; comments: string[] }> {
  const answer = await room.post('/chat/completions', { ...body, stream: true });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events = (await answer.text()).split('\n\n').slice(0, -1);
  const comments = events.filter((event) => event.startsWith(':'));
  const lines = events.filter((event) => !event.startsWith(':')).map((event) => event.replace(/^data: /, ''));
  const done = lines.at(-1) === '[DONE]';
  return { chunks: (done ? lines.slice(0, -1) : lines).map((line) => JSON.parse(line)), done, comments };
}

const textOf = (chunks: any[], index = 0) =>
  chunks
    .flatMap(({ choices }) => choices)
    .filter((choice: any) => choice.index === index)
    .map(({ delta }: any) => delta.content ?? '')
    .join('');

describe('a chat', () => {
  it('is answered whole, in the shape of OpenAI, with a receipt', async () => {
    const body = await ask(chat());
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w{26}$/),
      object: 'chat.completion',
      model: 'guide',
      system_fingerprint: expect.stringMatching(/^fp_[0-9a-f]{12}$/),
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: expect.any(String), refusal: null },
          logprobs: null,
          finish_reason: 'length',
        },
      ],
      mlx_code: { cache: expect.any(Object), timings: { decode: expect.any(Number) }, interruptions: 0 },
    });
    const { usage } = body;
    expect(usage.completion_tokens).toBe(24);
    expect(usage.total_tokens).toBe(usage.prompt_tokens + 24);
    expect(usage.completion_tokens_details).toEqual({ reasoning_tokens: 0 });
    const again = await ask(chat());
    expect(again.choices).toEqual(body.choices);
    expect(again.usage.prompt_tokens_details.cached_tokens).toBe(usage.prompt_tokens - 1);
  });

  it('streams the same text, role first, finish reason last, then [DONE]', async () => {
    const whole = await ask(chat());
    const { chunks, done } = await stream(chat());
    expect(done).toBe(true);
    expect(textOf(chunks)).toBe(whole.choices[0].message.content);
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' });
    expect(chunks.at(-1).choices[0]).toMatchObject({ delta: {}, finish_reason: 'length' });
    expect(chunks.at(-1).mlx_code).toMatchObject({ seed: expect.any(Number) });
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: chunks[0].id, object: 'chat.completion.chunk', model: 'guide' });
      expect(chunk).not.toHaveProperty('usage');
    }
  });

  it('tells the usage in a last chunk when asked, and null before', async () => {
    const { chunks } = await stream(chat({ stream_options: { include_usage: true } }));
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 24 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it('has n answers of one prompt, each by its own seed, the same each time', async () => {
    const asked = chat({ n: 3, seed: 7, temperature: 3 });
    const body = await ask(asked);
    const texts = body.choices.map(({ message }: any) => message.content);
    expect(body.choices.map(({ index }: any) => index)).toEqual([0, 1, 2]);
    expect(new Set(texts).size).toBe(3);
    expect(body.mlx_code.choices.map(({ seed }: any) => seed)).toEqual([7, 8, 9]);
    expect(body.usage.completion_tokens).toBeGreaterThan(24);
    const alone = await ask(chat({ seed: 8, temperature: 3 }));
    expect(alone.choices[0].message.content).toBe(texts[1]);
    expect(alone.usage.prompt_tokens).toBe(body.usage.prompt_tokens);
    const { chunks } = await stream(asked);
    expect([0, 1, 2].map((index) => textOf(chunks, index))).toEqual(texts);
  });

  it('ends at a stop string, which is left out', async () => {
    const whole = (await ask(chat())).choices[0].message.content as string;
    const stop = whole.slice(10, 16);
    const { choices } = await ask(chat({ stop }));
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: whole.split(stop)[0] } });
  });

  it('reads system, developer, parts of text and what was said before', async () => {
    const body = await ask(
      chat({
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'developer', content: [{ type: 'text', text: 'Really.' }] },
          { role: 'user', content: 'Hello' },
          { role: 'assistant', content: 'Hello!', reasoning_content: 'A greeting.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is ' },
              { type: 'text', text: 'MLX?' },
            ],
          },
        ],
        user: 'me',
        metadata: { a: 'b' },
        store: false,
      }),
    );
    expect(body.choices[0].message.content).not.toBe('');
  });

  it('tells how likely each token was, with alternatives', async () => {
    const body = await ask(chat({ logprobs: true, top_logprobs: 2, max_tokens: 8 }));
    const { content } = body.choices[0].logprobs;
    expect(content).toHaveLength(8);
    for (const token of content) {
      expect(token.logprob).toBeLessThanOrEqual(0);
      expect(token.top_logprobs).toHaveLength(2);
      expect(Buffer.from(token.bytes).toString()).toBe(token.token);
      // Greedy: the likeliest is the one that was taken.
      expect(token.top_logprobs[0]).toMatchObject({ token: token.token, logprob: token.logprob });
    }
    const { chunks } = await stream(chat({ logprobs: true, top_logprobs: 2, max_tokens: 8 }));
    const streamed = chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
    expect(streamed).toEqual(content);
  });
});

describe('a model', () => {
  it('is listed, and found by its id', async () => {
    const list: any = await (await room.get('/models')).json();
    expect(list.data.map(({ id }: any) => id)).toEqual(['guide', 'guide-small', 'other']);
    expect(await (await room.get('/models/guide')).json()).toEqual(list.data[0]);
    expect((await room.get('/models/some/absent')).status).toBe(404);
  });

  it.each([[undefined], ['default'], ['Guide (built in)'], [null]])(
    'named %j is the guide',
    async (model) => {
      expect((await ask(chat({ model, max_tokens: 1 }))).model).toBe('guide');
    },
  );

  it('whose name two have is refused with their ids; one that is not here is 404', async () => {
    const twin = await room.post('/chat/completions', chat({ model: 'twin' }));
    expect([twin.status, await twin.json()]).toMatchObject([
      400,
      { error: { param: 'model', message: expect.stringContaining('guide-small, other') } },
    ]);
    const absent = await room.post('/chat/completions', chat({ model: 'gpt-5' }));
    expect([absent.status, await absent.json()]).toMatchObject([
      404,
      { error: { param: 'model', code: 'not_found', type: 'not_found_error' } },
    ]);
  });
});

describe('a client that hangs up', () => {
  const rowsOf = async () => {
    const lease = await room.pool.acquire(guide);
    try {
      return (await lease.client.ping()).rows;
    } finally {
      lease.release();
    }
  };
  const long = chat({ temperature: 5, seed: 7, max_tokens: 1900 });

  it.each([[true], [false]])('has its rows dropped (stream: %j)', async (streams) => {
    const hangUp = new AbortController();
    const asked = room.post(
      '/chat/completions',
      { ...long, stream: streams, n: 2 },
      { signal: hangUp.signal },
    );
    const reading = asked.then((answer) => answer.text());
    await expect.poll(rowsOf, { timeout: 20_000 }).toBe(2);
    hangUp.abort();
    await reading.catch(() => undefined);
    await expect.poll(rowsOf, { timeout: 5_000, interval: 20 }).toBe(0);
  });
});

describe('an answer on its way', () => {
  /** Calls `act` at the first text, and returns the events that arrived until the end. */
  async function during(body: object, headers: Record<string, string> | undefined, act: () => unknown) {
    const answer = await room.post(
      '/chat/completions',
      { ...body, stream: true },
      headers ? { headers } : {},
    );
    let text = '';
    let acted = false;
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (acted || !text.includes('"content":"') || text.split('data: ').length < 4) continue;
      acted = true;
      await act();
    }
    return text
      .split('\n\n')
      .flatMap((line) => (line.startsWith('data: ') ? [line.slice('data: '.length)] : []));
  }

  it('goes on as if nothing had happened when its engine dies', async () => {
    const asked = chat({ messages: [{ role: 'user', content: longQuestion }], max_tokens: 400 });
    const whole = (await ask(asked)).choices[0].message.content;
    const lines = await during(asked, undefined, () => process.kill(pidOf(room.pool, 'guide'), 'SIGKILL'));
    expect(lines.at(-1)).toBe('[DONE]');
    const chunks = lines.slice(0, -1).map((line) => JSON.parse(line));
    expect(textOf(chunks)).toBe(whole);
    expect(chunks.at(-1).mlx_code.interruptions).toBe(1);
  });

  it('ends with a reason and without [DONE] when its key is revoked', async () => {
    const { id, key } = await room.key();
    const asked = chat({ max_tokens: 1_900, temperature: 5, seed: 7 });
    const authorization = `Bearer ${key}`;
    const lines = await during(asked, { authorization }, () => room.api('POST', `/openai/keys/${id}/revoke`));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      error: { type: 'authentication_error', message: 'The key was revoked.' },
    });
  });

  it('ends with a reason when its model is unloaded', async () => {
    const asked = chat({ max_tokens: 1_900, temperature: 5, seed: 7 });
    const lines = await during(asked, undefined, () => room.pool.unload('guide'));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ error: { code: 'engine_unavailable' } });
  });
});
