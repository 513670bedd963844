import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGenerations } from '#server/generation/generations.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { openTestEngines, pidOf, type TestEngines } from '#server/worker/testing/engines.ts';
import type { Message } from './contract.ts';
import { MODEL, openRoom, type TestRoom } from './testing/room.ts';
import { makeThinkingModel } from './testing/thinking-model.ts';

/** Random weights: the mark that ends thinking is made likelier so that it comes, and the end so that it does not. */
const THINKS = { temperature: 1.5, seed: 11, max_tokens: 200, logit_bias: { 0: -100, 2: -100, 385: 2.5 } };

let folder: string;
let engines: TestEngines;
let generations: Generations;
let room: TestRoom;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-thinking-'));
  makeThinkingModel(join(folder, 'model'));
  engines = openTestEngines();
  const model: ModelEntry = { ...MODEL, id: 'thinker', path: join(folder, 'model') };
  const hooks = createHooks();
  hooks.register('modelSource', { find: async (id) => (id === model.id ? model : undefined) });
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
  room = await openRoom({ generations, models: [model] });
});
afterAll(async () => {
  await generations.close();
  await room.stop();
  room.database.close();
  await engines.close();
  rmSync(folder, { recursive: true, force: true });
});

type Shown = [id: string, seq: number, text: string, tokens: number, reasoning?: string];

const shown = (id: string) =>
  room.events
    .flatMap(({ event, args }) => (event === 'chat.delta' ? [args[0] as Shown] : []))
    .filter(([of]) => of === id);
const said = (id: string) =>
  shown(id)
    .map(([, , text]) => text)
    .join('');
const thought = (id: string) =>
  shown(id)
    .map(([, , , , reasoning = '']) => reasoning)
    .join('');

async function think(more: object = {}): Promise<Message> {
  const { id } = await room.create({ parameters: { ...THINKS, ...more } });
  return (await room.send(id, 'Paint the wall.')).answer;
}

test('what a model thinks is shown and kept apart from its answer, and is reproduced with it', async () => {
  const { id } = await think();
  const ended = await room.ended(id);
  expect(ended.reasoning.length).toBeGreaterThan(0);
  expect(ended.text.length).toBeGreaterThan(0);
  expect([said(id), thought(id)]).toEqual([ended.text, ended.reasoning]);
  expect(ended.reasoning).not.toContain('</think>');
  expect(ended.usage!.reasoning_tokens).toBeGreaterThan(0);
  expect(ended.timings!.reasoning).toBeGreaterThan(0);
  await room.call('POST', `/chat/messages/${id}/replay`);
  const replayed = await room.heard(
    ({ event, args: [message] }) => event === 'chat.message' && (message as Message).replay !== null,
  );
  expect((replayed.args[0] as Message).replay).toMatchObject({ outcome: 'same', caveats: [] });
});

test('an engine killed while the model thinks costs no thought and doubles none', async () => {
  // Never ends thinking by itself, so that there is time to kill it.
  const endless = { logit_bias: { 0: -100, 2: -100, 385: -100 }, max_tokens: 600 };
  const whole = await room.ended((await think(endless)).id);
  expect(whole).toMatchObject({ text: '', finish_reason: 'length' });
  const { id } = await think(endless);
  await room.heard(
    ({ event, args: [delta] }) => event === 'chat.delta' && (delta as Shown)[0] === id && thought(id) !== '',
  );
  process.kill(pidOf(engines.pool, 'thinker'), 'SIGKILL');
  const ended = await room.ended(id);
  expect(ended).toMatchObject({ interruptions: 1, reasoning: whole.reasoning, text: '' });
  expect(thought(id)).toBe(whole.reasoning);
});

test('a model that always thinks refuses not to, by name', async () => {
  const ended = await room.ended((await think({ thinking: 'off' })).id);
  expect(ended).toMatchObject({
    status: 'failed',
    error: { code: 'invalid_request', details: { parameter: 'thinking' } },
  });
});
