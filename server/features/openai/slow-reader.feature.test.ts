import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guideSmall, longQuestion } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

const MB = 2 ** 20;
let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([modelEntry('guide-small', guideSmall.path)]);
});
afterAll(() => room.close());

const ROWS = 8;
/** Far more than the buffers of a connection hold: about 2 kB a token. */
const asked = {
  messages: [{ role: 'user', content: longQuestion }],
  ...{ stream: true, n: ROWS, temperature: 0, max_tokens: 1_500 },
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

/** What is in use, without what only waits to be collected. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
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
  const texts = Array.from({ length: ROWS }, () => '');
  const read: Read = { texts, tokens: 0, usage: { completion_tokens: 0 } };
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
  const before = bytesInUse();
  const slow = await open(asked);
  slow.pause();
  await expect.poll(() => client.pausedRows().size, { timeout: 110_000 }).toBe(ROWS);
  // The 256 tokens of each row that may wait make 11 MB with all that is told of them: a third of the answers.
  expect(bytesInUse() - before).toBeLessThan(20 * MB);
  // Others are answered meanwhile.
  const other = await room.post('/chat/completions', { messages: asked.messages, max_tokens: 4 });
  expect(other.status).toBe(200);
  expect(client.pausedRows().size).toBe(ROWS);
  const read = await readAll(slow);
  const fast = await readAll(await open(asked));
  expect(read.texts).toEqual(fast.texts);
  expect(read.usage).toMatchObject({ completion_tokens: fast.usage.completion_tokens });
  expect(read.tokens).toBe(fast.tokens);
  lease.release();
});
