import { afterAll, beforeAll, expect, test } from 'vitest';
import { SymbolGraphQuestion } from '../contract.ts';
import { openSmallWorkspace } from '../testing/small-workspace.ts';
import { symbolGraph } from './symbol-graph.ts';

let place: Awaited<ReturnType<typeof openSmallWorkspace>>;
const ask = (question: Partial<SymbolGraphQuestion> & { name: string }) =>
  symbolGraph(place, SymbolGraphQuestion.parse(question));
const drawn = (graph: ReturnType<typeof ask>) => {
  const nameOf = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  return graph.edges
    .map(({ from, to, certain }) => `${nameOf.get(from)} ${certain ? '->' : '?>'} ${nameOf.get(to)}`)
    .sort();
};

beforeAll(async () => {
  place = await openSmallWorkspace({
    'a.ts': "import { middle } from './b.ts';\nexport function outer() {\n  middle();\n}\nouter();\n",
    'b.ts': "import { inner } from './c.ts';\nexport function middle() {\n  inner();\n  inner();\n}\n",
    'c.ts': 'export function inner() {\n  deepest();\n}\nfunction deepest() {\n  inner();\n}\n',
    'd.ts':
      'export function stranger() {\n  thing.middle();\n}\nexport function beyond() {\n  stranger();\n}\n',
    'e.ts': 'export function twin() {}\n',
    'f.ts': 'export function twin() {}\n',
  });
});
afterAll(() => place.close());

test('one step around a symbol shows its callers and what it calls, certain or by name alone', () => {
  const graph = ask({ name: 'middle' });
  expect(graph.center).toBe('b.ts:2:middle');
  expect(drawn(graph)).toEqual(['middle -> inner', 'outer -> middle', 'stranger ?> middle']);
  expect(graph.edges.find(({ to }) => to === 'c.ts:1:inner')?.count).toBe(2);
  expect(Object.fromEntries(graph.nodes.map(({ name, distance }) => [name, distance]))).toEqual({
    ...{ middle: 0, inner: 1, outer: -1, stranger: -1 },
  });
});

test('more steps follow what is certain, through recursion and up to the top of a file', () => {
  const graph = ask({ name: 'middle', depth: 3 });
  expect(drawn(graph)).toEqual([
    'a.ts -> outer',
    'deepest -> inner',
    'inner -> deepest',
    'middle -> inner',
    'outer -> middle',
    'stranger ?> middle',
  ]);
});

test('callers alone, or calls alone, are shown when asked for', () => {
  expect(drawn(ask({ name: 'middle', direction: 'calls' }))).toEqual(['middle -> inner']);
  expect(drawn(ask({ name: 'middle', direction: 'callers' }))).toEqual([
    'outer -> middle',
    'stranger ?> middle',
  ]);
});

test('of several definitions the one of the file is meant, and the others are offered', () => {
  const graph = ask({ name: 'twin', path: 'f.ts' });
  expect(graph.center).toBe('f.ts:1:twin');
  expect(graph.others.map(({ path }) => path)).toEqual(['e.ts']);
});

test('what does not fit is cut and said; a name that nobody defines is not found', () => {
  const graph = ask({ name: 'middle', depth: 3, limit: 2 });
  expect(graph.nodes).toHaveLength(2);
  expect(graph.truncated).toBe(true);
  expect(() => ask({ name: 'nobody' })).toThrow(expect.objectContaining({ code: 'not_found' }));
});
