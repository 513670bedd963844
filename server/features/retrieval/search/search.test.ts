import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureRenderer } from '#server/kernel/http.ts';
import { createLog } from '#server/kernel/log.ts';
import { createSearch } from './search.ts';
import { type IndexedFolder, openIndexedFolder } from './testing/indexed-folder.ts';

const ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let folder: IndexedFolder;
let routes: ReturnType<typeof createSearch>['routes'];

beforeAll(async () => {
  folder = await openIndexedFolder({
    'store.py':
      'class Store:\n    def open_store(self, path):\n        handle = path\n        return handle\n',
    'main.py':
      'from store import Store\n\n\ndef main():\n    store = Store()\n    return store.open_store("a")\n',
  });
  routes = createSearch({ reader: folder.reader() }).routes;
  routes.onError(failureRenderer({ log: createLog({ level: 'error' }) }));
});

afterAll(() => folder.close());

async function get(path: string) {
  const response = await routes.request(`/retrieval/${ID}/${path}`);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

async function post(path: string, body: unknown) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await routes.request(`/retrieval/${ID}/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('the box takes a query alone and tells how it searched', async () => {
  const { status, body } = await post('search', { query: 'open_store' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ query_kind: 'symbol', method: 'keyword + symbols', nothing_found: false, note: null },
  });
  expect(body.results[0]).toMatchObject({ path: 'store.py', line: 2, name: 'open_store' });
  expect(body.results[0].why).toMatchObject({ chief: 'defines', meaning: null });
  expect(body.took.total).toBeGreaterThan(0);
});

test('a regular expression that is none says where it goes wrong', async () => {
  const { status, body } = await post('search', { query: 'open(', mode: 'regex' });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: 'invalid_request', details: { position: 5 } });
  expect((await post('search', { query: String.raw`open_\w+\(`, mode: 'regex' })).body.results).toHaveLength(
    2,
  );
});

test('names, files, outline, references, likeness and duplicates are asked by their routes', async () => {
  expect((await get('symbols?query=os')).body.symbols[0]).toMatchObject({
    name: 'open_store',
    container: 'Store',
  });
  expect((await get('files?query=main')).body.files).toEqual([{ path: 'main.py', language: 'python' }]);
  expect((await get('outline?path=main.py')).body.symbols).toMatchObject([{ name: 'main', line: 4 }]);
  const { body } = await post('references', { name: 'open_store', path: 'main.py', line: 6 });
  expect(body.definitions).toMatchObject([{ path: 'store.py', line: 2 }]);
  expect(body.references).toMatchObject([{ path: 'main.py', line: 6, kind: 'call', within: 'main' }]);
  expect((await post('similar', { path: 'store.py', line: 3 })).body.results[0]?.path).toBe('main.py');
  expect((await get('duplicates')).body).toEqual({ groups: [], truncated: false });
});
