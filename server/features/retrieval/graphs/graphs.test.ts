import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hc } from 'hono/client';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHooks } from '#server/kernel/hooks.ts';
import { failureRenderer } from '#server/kernel/http.ts';
import { createLog } from '#server/kernel/log.ts';
import { createIndexReader, type IndexReader } from '../search/index-reader.ts';
import { createGraphs, type Graphs, type GraphsApi } from './graphs.ts';
import { openSmallWorkspace } from './testing/small-workspace.ts';

const log = createLog({ level: 'error' });
const id = ulid();
let place: Awaited<ReturnType<typeof openSmallWorkspace>>;
let reader: IndexReader;
let graphs: Graphs;
let api: ReturnType<typeof hc<GraphsApi>>['retrieval'][':workspace'];
const counted: string[] = [];

beforeAll(async () => {
  place = await openSmallWorkspace({
    'a.ts': "import { b } from './b.ts';\nexport function a() {\n  return b();\n}\n",
    'b.ts':
      "import { a } from './a.ts';\nexport function b(): number {\n  return a ? 1 : 2;\n}\nfunction unused() {}\n",
  });
  reader = createIndexReader({ log, pathOf: () => place.indexPath, rootOf: () => place.root });
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async (model) => (model === 'known' ? ({ id: model } as never) : undefined),
  });
  const count = async (_model: string, _messages: unknown, text = '') => {
    counted.push(text);
    return { tokens: 0, perMessage: [], textTokens: text.length, contextWindow: 1 };
  };
  graphs = createGraphs({ reader, hooks, generations: { count } });
  graphs.routes.onError(failureRenderer({ log }));
  api = hc<GraphsApi>('http://localhost', {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) =>
      graphs.routes.request(input as string, init),
  }).retrieval[':workspace'];
});
afterAll(async () => {
  await reader.close();
  place.close();
});

const param = { workspace: id };

test('every picture of a workspace is answered beside the event loop, through its route', async () => {
  const related = await (await api.related.$get({ param, query: { path: 'b.ts', line: '2' } })).json();
  expect(related.called_from.map(({ within }) => within)).toEqual(['a']);
  const imports = await (await api.graphs.imports.$post({ param, json: {} })).json();
  expect(imports.cycles.map(({ nodes }) => nodes)).toEqual([['a.ts', 'b.ts']]);
  const symbols = await (await api.graphs.symbols.$post({ param, json: { name: 'a' } })).json();
  expect(symbols.edges.map(({ from, to }) => [from, to])).toEqual([['a.ts:2:a', 'b.ts:2:b']]);
  const dead = await (await api['dead-code'].$post({ param, json: {} })).json();
  expect(dead.candidates.map(({ name }) => name)).toEqual(['unused']);
});

test('a map is counted by characters, or by the model whose prompt it is for', async () => {
  const plain = await (await api.map.$get({ param, query: { budget: '64' } })).json();
  expect(plain).toMatchObject({ counted_by: 'characters', total: { files: 2, symbols: 3 } });
  expect(plain.tokens).toBe(Math.ceil(plain.text.length / 4));
  const exact = await (await api.map.$get({ param, query: { budget: '64', model_id: 'known' } })).json();
  expect(exact.counted_by).toBe('model');
  expect(exact.tokens).toBe(exact.text.length);
  expect(exact.tokens).toBeLessThanOrEqual(64);
  expect(counted).toContain(exact.text);
});

test('what cannot be answered says why', async () => {
  const status = async (answer: Promise<{ status: number }>) => (await answer).status;
  expect(await status(api.related.$get({ param, query: { path: 'gone.ts' } }))).toBe(404);
  expect(await status(api.related.$get({ param, query: { path: 'a.ts', line: '0' } }))).toBe(400);
  expect(await status(api.map.$get({ param, query: { model_id: 'unknown' } }))).toBe(404);
  expect(await status(api.graphs.imports.$post({ param, json: { limit: 4000 } }))).toBe(400);
  expect(await status(api.graphs.symbols.$post({ param, json: { name: 'nobody' } }))).toBe(404);
});

test('a workspace without an index is not found', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mlx-code-none-')));
  const none = createIndexReader({ log, pathOf: () => join(folder, 'none.sqlite'), rootOf: () => folder });
  await expect(none.ask('deadCode', id, { paths: [], limit: 1 })).rejects.toMatchObject({
    code: 'not_found',
  });
  await none.close();
  rmSync(folder, { recursive: true });
});
