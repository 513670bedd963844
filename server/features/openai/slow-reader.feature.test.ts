import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

const MB = 2 ** 20;
let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([modelEntry('guide-small', guideSmall.path)]);
});
afterAll(() => room.close());

/** Far more than the buffers of a connection hold: about 2 kB a token, and no token ends an answer early. */
const asked = {
  messages: [{ role: 'user', content: 'Hello' }],
  ...{ stream: true, n: 4, seed: 7, temperature: 5, max_tokens: 1_500 },
  logit_bias: { 0: -100, 1: -100, 2: -100 },
  ...{ logprobs: true, top_logprobs: 20, stream_options: { include_usage: true } },
};

/** The response with nothing of its body read. */
async function open(body: object): Promise<IncomingMessage> {
  const authorization = `Bearer ${(await room.key()).key}`;
  const asking = request(`${room.house.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
  });
  asking.end(JSON.stringify(body));
  const [answer] = await once(asking, 'response');
  return answer;
}

interface Read {
  texts: string[];
  tokens: number;
  usage: { completion_tokens: number };
}

async function readAll(answer: IncomingMessage): Promise<Read> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString().split('\n\n');
  expect(lines.at(-2)).toBe('data: [DONE]');
  const read: Read = { texts: ['', '', '', ''], tokens: 0, usage: { completion_tokens: 0 } };
  for (const line of lines.filter((one) => one.startsWith('data: {'))) {
    const { choices, usage } = JSON.parse(line.slice('data: '.length));
    if (usage) read.usage = usage;
    for (const { index, delta, logprobs } of choices) {
      read.texts[index] += delta.content ?? '';
      read.tokens += logprobs?.content.length ?? 0;
    }
  }
  return read;
}

it('a reader that stands still pauses its rows, costs no memory, and gets everything in the end', async () => {
  const lease = await room.pool.acquire(guideSmall);
  const { client } = lease;
  const before = process.memoryUsage().rss;
  const slow = await open(asked);
  slow.pause();
  await expect.poll(() => client.pausedRows().size, { timeout: 60_000 }).toBe(4);
  expect(process.memoryUsage().rss - before).toBeLessThan(50 * MB);
  // Others are answered meanwhile.
  const other = await room.post('/chat/completions', { messages: asked.messages, max_tokens: 4 });
  expect(other.status).toBe(200);
  expect(client.pausedRows().size).toBe(4);
  const read = await readAll(slow);
  const fast = await readAll(await open(asked));
  expect(read.texts).toEqual(fast.texts);
  expect(read.usage).toMatchObject({ completion_tokens: fast.usage.completion_tokens });
  expect(read.tokens).toBe(fast.tokens);
  lease.release();
});
