import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGenerations } from '#server/generation/generations.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createHooks, type ModelEntry, type WorkspaceEntry } from '#server/kernel/hooks.ts';
import { createLog } from '#server/kernel/log.ts';
import { guide, openTestEngines, type TestEngines } from '#server/worker/testing/engines.ts';
import { Context } from '../retrieval/context/context.ts';
import { entryOf, makeFolder, openIndexing } from '../retrieval/indexing/testing/open-indexing.ts';
import type { RetrievalContext } from '../retrieval/room.ts';
import { createIndexReader, type IndexReader } from '../retrieval/search/index-reader.ts';
import { createSearch } from '../retrieval/search/search.ts';
import type { ContextFound } from '../retrieval/context/contract.ts';
import { MODEL, openRoom, type TestRoom } from './testing/room.ts';

const LINE = 'export const uploadRetries = 7;';

let engines: TestEngines;
let generations: Generations;
let indexing: ReturnType<typeof openIndexing>;
let reader: IndexReader;
let room: TestRoom;
let folder: string;
let entry: WorkspaceEntry;
let context: Context;

beforeAll(async () => {
  folder = makeFolder({
    'src/upload/policy.ts': `/** How often an upload is tried again. */\n${LINE}\n`,
    'src/tool.py': 'def prune_grapevines():\n    return 1\n',
  });
  entry = entryOf(folder);
  indexing = openIndexing();
  indexing.indexing.start();
  indexing.open(entry);
  await indexing.is(entry.id, 'watching');
  reader = createIndexReader({
    log: createLog({ level: 'error' }),
    pathOf: (id) => indexing.indexing.path(id),
    rootOf: () => folder,
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
      others.register('workspaceSource', {
        list: () => [entry],
        find: (id) => (id === entry.id ? entry : undefined),
        follow: () => () => undefined,
      });
      const house = { hooks: others, generations } as unknown as RetrievalContext;
      context = new Context({ house, reader, search: createSearch({ reader }) });
    },
  });
});
afterAll(async () => {
  await generations.close();
  await room.stop();
  room.database.close();
  await engines.close();
  await reader.close();
  await indexing.endAll();
  rmSync(folder, { recursive: true, force: true });
});

/** The model says exactly this. */
const saying = (value: string) => ({
  constraint: { type: 'regex', value: value.replace(/[[\]().*+?{}|^$\\]/g, '\\$&') },
});

test('evidence is counted by the model itself, and the next turn does not read it again', async () => {
  const { id } = await room.create({ workspace_id: entry.id, parameters: { max_tokens: 30 } });
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
  const preview: ContextFound = await context.preview(entry.id, {
    ...{ query, mentions: [], automatic: true, leftOut: [], modelId: MODEL.id },
  });
  const { id } = await room.create({ workspace_id: entry.id, parameters: { max_tokens: 4 } });
  const { user, answer } = await room.send(id, query);
  await room.ended(answer.id);
  const sent = (await room.open(id)).messages.find((message) => message.id === user.id)!.context!.found!;
  expect(sent.tokens).toBe(preview.tokens);
  expect(sent.sources.map(({ path, line }) => [path, line])).toEqual(
    preview.sources.map(({ path, line }) => [path, line]),
  );
});

test('a quote of the file is verified with its line, one that is not there is not', async () => {
  const text = `See [1]: \`${LINE}\` and not \`export const uploadRetries = 8;\``;
  const { id } = await room.create({
    workspace_id: entry.id,
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
  const { id } = await room.create({ workspace_id: entry.id, parameters: { max_tokens: 4 } });
  const { user, answer } = await room.send(id, 'photosynthesis of deciduous conifers');
  await room.ended(answer.id);
  const sent = (await room.open(id)).messages.find((message) => message.id === user.id)!;
  expect(sent.context!.found).toMatchObject({ nothing_found: true, sources: [], tokens: 0 });
});
