import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from './client.ts';
import { encodeFrame } from './frames.ts';
import type { RowEvent } from './row-feed.ts';
import { endless, guide, openTestEngines, question, sampling, type TestEngines } from './testing/engines.ts';

let engines: TestEngines;
let client: EngineClient;

beforeAll(async () => {
  engines = openTestEngines();
  ({ client } = await engines.pool.acquire(guide));
});

afterAll(async () => {
  await engines.close();
});

const messages = [{ role: 'user' as const, content: question }];

interface Answer {
  text: string;
  tokenIds: number[];
  events: RowEvent[];
}

async function read(events: AsyncIterable<RowEvent>): Promise<Answer> {
  const answer: Answer = { text: '', tokenIds: [], events: [] };
  for await (const event of events) {
    answer.events.push(event);
    if (event.type !== 'tokens' && event.type !== 'finished') continue;
    answer.text += event.text;
    answer.tokenIds.push(...event.tokenIds);
  }
  return answer;
}

/** Where the reader is behind, several steps arrive as one event, which tells the last. */
const lastStep = (answers: Answer[]) =>
  Math.max(
    ...answers.flatMap(({ events }) => events.map((event) => (event.type === 'tokens' ? event.step : 0))),
  );

describe('generate', () => {
  it('reports admission, prefill, tokens in order, and one end', async () => {
    const { events, tokenIds, text } = await read(
      client.generate({ row: 'one', messages, sampling: sampling() }),
    );
    const types = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
    expect(types).toEqual(['admitted', 'prefill', 'tokens', 'finished']);
    const steps = events.flatMap((event) => (event.type === 'tokens' ? [event.step] : []));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(text.length).toBeGreaterThan(0);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'finished', usage: { completion_tokens: tokenIds.length } });
    expect(client.activeRows()).toBe(0);
  });

  it('writes two rows at once, each as if it were alone', async () => {
    const other = [{ role: 'user' as const, content: 'What is MLX Code?' }];
    const ask = (row: string, asked: typeof messages) =>
      read(client.generate({ row, messages: asked, sampling: sampling() }));
    const alone = [await ask('a', messages), await ask('b', other)];
    const together = await Promise.all([ask('c', messages), ask('d', other)]);
    expect(together.map(({ text }) => text)).toEqual(alone.map(({ text }) => text));
    // One after the other they would take a step for each token.
    const taken = lastStep(together) - lastStep(alone);
    expect(taken).toBeLessThan(together.flatMap(({ tokenIds }) => tokenIds).length - 1);
  });

  it('ends a cancelled row as cancelled, before its last token', async () => {
    const events = client.generate({ row: 'long', messages, sampling: endless });
    for await (const event of events) {
      if (event.type === 'tokens') client.cancel('long');
      if (event.type === 'finished') {
        expect(event.finishReason).toBe('cancelled');
        expect(event.usage.completion_tokens).toBeLessThan(endless.max_tokens);
      }
    }
  });

  it('cancels a row whose reader leaves', async () => {
    const idle = Promise.withResolvers<void>();
    const stop = engines.pool.onChange(() => client.activeRows() === 0 && idle.resolve());
    for await (const event of client.generate({
      row: 'left',
      messages,
      sampling: endless,
    })) {
      if (event.type === 'tokens') break;
    }
    await idle.promise;
    stop();
    expect((await client.ping()).rows).toBe(0);
  });

  it('takes up a cut answer where it was, token for token', async () => {
    const whole = await read(client.generate({ row: 'whole', messages, sampling: sampling() }));
    const part = await read(
      client.generate({ row: 'part', messages, sampling: sampling({ max_tokens: 20 }) }),
    );
    // As after a death: ids and text of the steps that arrived, without what was still held back.
    const seen = { text: '', tokenIds: [] as number[] };
    for (const event of part.events) {
      if (event.type !== 'tokens') continue;
      seen.text += event.text;
      seen.tokenIds.push(...event.tokenIds);
    }
    const rest = await read(client.generate({ row: 'rest', messages, sampling: sampling(), resume: seen }));
    expect(seen.text + rest.text).toBe(whole.text);
    expect([...seen.tokenIds, ...rest.tokenIds]).toEqual(whole.tokenIds);
  });

  it('fails a row that is too long for the context window, and goes on', async () => {
    const long = [{ role: 'user' as const, content: 'token '.repeat(20_000) }];
    const { events } = await read(client.generate({ row: 'overflow', messages: long, sampling: sampling() }));
    expect(events.at(-1)).toMatchObject({ finishReason: 'error', error: { code: 'context_overflow' } });
    await read(client.generate({ row: 'after', messages, sampling: sampling() }));
  });
});

describe('other requests', () => {
  it('counts what a send would prefill, and what each message adds', async () => {
    const counted = await client.count(messages, 'some draft');
    const { events } = await read(client.generate({ row: 'counted', messages, sampling: sampling() }));
    expect(events[0]).toMatchObject({ type: 'admitted', promptTokens: counted.tokens });
    expect(counted.perMessage).toHaveLength(1);
    expect(counted.textTokens).toBeGreaterThan(0);
  });

  it('refuses embeddings from a model that writes', async () => {
    await expect(client.embed(['text'])).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('is not disturbed by strangers on the socket', async () => {
    const reading = read(client.generate({ row: 'calm', messages, sampling: sampling() }));
    const strangers = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      encodeFrame({ type: 'hello', protocol: 1, token: 'stale', pid: 1 }),
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
    ].map((bytes) => {
      const socket = connect(engines.socketPath);
      socket.on('error', () => {}).write(bytes);
      return once(socket, 'close');
    });
    await Promise.all(strangers);
    expect((await reading).events.at(-1)).toMatchObject({ type: 'finished' });
  });
});
