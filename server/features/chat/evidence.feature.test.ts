import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGenerations } from '#server/generation/generations.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { guide, openTestEngines, type TestEngines } from '#server/worker/testing/engines.ts';
import type { Context } from '../retrieval/context/context.ts';
import type { RetrievalContext } from '../retrieval/room.ts';
import { openFolder, type OpenFolder } from '../retrieval/testing/open-folder.ts';
import type { ContextFound } from '../retrieval/context/contract.ts';
import { MODEL, openRoom, type TestRoom } from './testing/room.ts';

const LINE = 'export const uploadRetries = 7;';

let engines: TestEngines;
let generations: Generations;
let room: TestRoom;
let folder: OpenFolder;
let context: Context;

beforeAll(async () => {
  folder = await openFolder({
    'src/upload/policy.ts': `/** How often an upload is tried again. */\n${LINE}\n`,
    'src/tool.py': 'def prune_grapevines():\n    return 1\n',
  });
  engines = openTestEngines();
  const model: ModelEntry = { ...MODEL, path: guide.path, contextWindow: 2048 };
  const hooks = createHooks();
  hooks.register('modelSource', { find: async (id) => (id === model.id ? model : undefined) });
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
  room = await openRoom({
    generations,
    models: [model],
    others: (others) => {
      const house = { hooks: others, generations } as unknown as RetrievalContext;
      context = folder.contextIn(house);
    },
  });
  // A question waits two seconds for its evidence: too little for an engine that starts on a busy machine.
  await preview('upload');
});
afterAll(async () => {
  await generations.close();
  await room.stop();
  room.database.close();
  await engines.close();
  await folder.close();
});

function preview(query: string): Promise<ContextFound> {
  const asked = { query, mentions: [], automatic: true, leftOut: [], modelId: MODEL.id };
  return context.preview(folder.entry.id, asked);
}

/** The model says exactly this. */
const saying = (value: string) => ({
  constraint: { type: 'regex', value: value.replace(/[[\]().*+?{}|^$\\]/g, '\\$&') },
});

test('evidence is counted by the model itself, and the next turn does not read it again', async () => {
  const { id } = await room.create({ workspace_id: folder.entry.id, parameters: { max_tokens: 30 } });
  const first = await room.send(id, 'How often is an upload tried again?');
  const one = await room.ended(first.answer.id);
  const [question] = (await room.open(id)).messages;
  const found = question!.context!.found!;
  expect(found.sources.map(({ path }) => path)).toContain('src/upload/policy.ts');
  expect(found.tokens).toBeGreaterThan(20);
  expect(one.usage!.prompt_tokens).toBeGreaterThan(found.tokens);
  const second = await room.send(id, 'And where is that written?');
  const two = await room.ended(second.answer.id);
  expect(two.usage!.cached_tokens).toBeGreaterThan(found.tokens);
});

test('what is previewed is what is sent, token for token', async () => {
  const query = 'How often is an upload tried again?';
  const previewed = await preview(query);
  const { id } = await room.create({ workspace_id: folder.entry.id, parameters: { max_tokens: 4 } });
  const { user, answer } = await room.send(id, query);
  await room.ended(answer.id);
  const sent = (await room.open(id)).messages.find((message) => message.id === user.id)!.context!.found!;
  expect(sent.tokens).toBe(previewed.tokens);
  expect(sent.sources.map(({ path, line }) => [path, line])).toEqual(
    previewed.sources.map(({ path, line }) => [path, line]),
  );
});

test('a quote of the file is verified with its line, one that is not there is not', async () => {
  const text = `See [1]: \`${LINE}\` and not \`export const uploadRetries = 8;\``;
  const { id } = await room.create({
    workspace_id: folder.entry.id,
    parameters: { max_tokens: 200, ...saying(text) },
  });
  const { answer } = await room.send(id, 'How often is an upload tried again?');
  const ended = await room.ended(answer.id);
  expect(ended.text).toBe(text);
  expect(ended.citations).toMatchObject([
    { kind: 'reference', state: 'verified', source: 1, path: 'src/upload/policy.ts' },
    { kind: 'quote', state: 'verified', path: 'src/upload/policy.ts', line: 2 },
    { kind: 'quote', state: 'unverified', source: null },
  ]);
});

test('a question that nothing in the folder answers is asked without it, and says so', async () => {
  const { id } = await room.create({ workspace_id: folder.entry.id, parameters: { max_tokens: 4 } });
  const { user, answer } = await room.send(id, 'photosynthesis of deciduous conifers');
  await room.ended(answer.id);
  const sent = (await room.open(id)).messages.find((message) => message.id === user.id)!;
  expect(sent.context!.found).toMatchObject({ nothing_found: true, sources: [], tokens: 0 });
});
