import { afterEach, expect, test } from 'vitest';
import { ImportGraphQuestion } from '../contract.ts';
import { openSmallWorkspace } from '../testing/small-workspace.ts';
import { importGraph } from './import-graph.ts';

const open: { close: () => void }[] = [];

async function workspace(files: Record<string, string>) {
  const place = await openSmallWorkspace(files);
  open.push(place);
  return (question: Partial<Parameters<typeof importGraph>[1]> = {}) =>
    importGraph(place, ImportGraphQuestion.parse(question));
}

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const shop = {
  'src/main.ts': "import { order } from './order.ts';\nimport { log } from './log.ts';\norder(); log();\n",
  'src/order.ts': "import { price } from './price.ts';\nexport function order() { return price(); }\n",
  'src/price.ts': "import { tax } from './tax.ts';\nexport function price() { return tax(); }\n",
  'src/tax.ts': "import { order } from './order.ts';\nexport function tax() { return order; }\n",
  'src/log.ts': 'export function log() {}\n',
  'test/order.test.ts': "import { order } from '../src/order.ts';\norder();\n",
};

test('files and what they import are drawn, and the files of a cycle are marked with the way round', async () => {
  const graph = await (await workspace(shop))();
  expect(graph.nodes.map(({ id }) => id).sort()).toEqual(Object.keys(shop).sort());
  expect(graph.cycles).toEqual([
    {
      nodes: ['src/order.ts', 'src/price.ts', 'src/tax.ts'],
      size: 3,
      types_only: false,
      example: expect.arrayContaining(['src/order.ts', 'src/price.ts', 'src/tax.ts']),
    },
  ]);
  const way = graph.cycles[0]!.example;
  const isEdge = (from: string, to: string) => graph.edges.some((one) => one.from === from && one.to === to);
  expect(way.every((one, at) => isEdge(one, way[(at + 1) % way.length]!))).toBe(true);
  const marked = graph.edges.filter((edge) => edge.cycle === 'runs').map(({ from, to }) => `${from} ${to}`);
  expect(marked.sort()).toEqual([
    'src/order.ts src/price.ts',
    'src/price.ts src/tax.ts',
    'src/tax.ts src/order.ts',
  ]);
  expect(graph.nodes.find(({ id }) => id === 'src/main.ts')).toMatchObject({
    imports: 2,
    imported_by: 0,
    cycle: null,
  });
  expect(graph.truncated).toBe(false);
});

test('a graph around a file goes as many imports far as it is told, in the direction it is told', async () => {
  const ask = await workspace(shop);
  const near = await ask({ around: 'src/log.ts', depth: 1 });
  expect(near.nodes.map(({ id }) => id).sort()).toEqual(['src/log.ts', 'src/main.ts']);
  const far = await ask({ around: 'src/main.ts', depth: 2, direction: 'imports' });
  expect(far.nodes.map(({ id }) => id).sort()).toEqual([
    'src/log.ts',
    'src/main.ts',
    'src/order.ts',
    'src/price.ts',
  ]);
  await expect(ask({ around: 'src/nothing.ts' })).rejects.toThrow(/not in the index/);
});

test('folders stand for their files, with a cycle between folders found among them', async () => {
  const ask = await workspace({
    'app/a.ts': "import '../lib/x.ts';\nimport '../lib/deep/y.ts';\n",
    'lib/x.ts': "import './deep/y.ts';\n",
    'lib/deep/y.ts': "import '../../app/b.ts';\n",
    'app/b.ts': 'export const b = 1;\n',
  });
  const graph = await ask({ level: 'folders', folder_depth: 1 });
  expect(graph.nodes.map(({ id, files }) => [id, files])).toEqual([
    ['app', 2],
    ['lib', 2],
  ]);
  expect(graph.edges).toEqual([
    { from: 'app', to: 'lib', count: 2, cycle: 'runs' },
    { from: 'lib', to: 'app', count: 1, cycle: 'runs' },
  ]);
  const deeper = await ask({ level: 'folders', folder_depth: 2 });
  expect(deeper.nodes.map(({ id }) => id).sort()).toEqual(['app', 'lib', 'lib/deep']);
  const inside = await ask({ level: 'folders', folder: 'lib', folder_depth: 1 });
  expect(inside.nodes.map(({ id }) => id).sort()).toEqual(['lib', 'lib/deep']);
});

test('filters by path, language and tests say what is drawn', async () => {
  const ask = await workspace({ ...shop, 'tool/run.py': 'import os\n' });
  expect((await ask({ tests: false })).nodes.some(({ id }) => id.startsWith('test/'))).toBe(false);
  expect((await ask({ languages: ['python'] })).nodes.map(({ id }) => id)).toEqual(['tool/run.py']);
  expect((await ask({ paths: ['src/**', '!**/log.ts'] })).nodes.map(({ id }) => id)).toEqual([
    'src/main.ts',
    'src/order.ts',
    'src/price.ts',
    'src/tax.ts',
  ]);
});

test('what does not fit is cut and said, and cycles outside of it are still listed', async () => {
  const graph = await (await workspace(shop))({ limit: 2 });
  expect(graph.nodes).toHaveLength(2);
  expect(graph.truncated).toBe(true);
  expect(graph.total).toEqual({ nodes: 6, edges: 6, cycles: 1, type_cycles: 0 });
  expect(graph.cycles[0]?.size).toBe(3);
});

test('a file that imports itself is a cycle of one, and so is a long chain without overflow', async () => {
  const chain: Record<string, string> = { 'self.ts': "import './self.ts';\n" };
  for (let at = 0; at < 60; at += 1) chain[`c${at}.ts`] = `import './c${(at + 1) % 60}.ts';\n`;
  const graph = await (await workspace(chain))();
  expect(graph.cycles.map(({ size }) => size)).toEqual([60, 1]);
  expect(graph.cycles[1]).toEqual({ nodes: ['self.ts'], size: 1, example: ['self.ts'], types_only: false });
});

test('Python modules that are imported from their package are the files they are', async () => {
  const graph = await (
    await workspace({
      'shop/__init__.py': '',
      'shop/store.py': 'def find():\n    return 1\n',
      'shop/money.py': 'def tax():\n    return 1\n',
      'shop/web.py':
        'from shop import store, money\nfrom . import store as again\nfrom shop.money import tax\n',
    })
  )();
  expect(graph.edges).toEqual([
    { from: 'shop/web.py', to: 'shop/store.py', count: 2, cycle: null },
    { from: 'shop/web.py', to: 'shop/money.py', count: 2, cycle: null },
  ]);
});

test('an empty workspace is an empty graph', async () => {
  expect(await (await workspace({}))()).toMatchObject({ nodes: [], edges: [], cycles: [], truncated: false });
});

test('a cycle that only imports of types make is told apart, and a smaller one that runs is found within', async () => {
  const graph = await (
    await workspace({
      'a.ts': "import { b } from './b.ts';\nexport const a = () => b;\nexport type A = typeof a;\n",
      'b.ts': "import { a } from './a.ts';\nimport { c } from './c.ts';\nexport const b = () => [a, c];\n",
      'c.ts': "import type { A } from './a.ts';\nexport const c = (one: A) => one;\n",
      'x.ts': "import { type Y } from './y.ts';\nexport interface X { y: Y }\n",
      'y.ts':
        "import {\n  type X,\n} from './x.ts';\nimport type * as all from './x.ts';\nexport type Y = X | all.X;\n",
      'p.py':
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from q import Q\nclass P:\n    pass\n',
      'q.py': 'from p import P\nclass Q(P):\n    pass\n',
    })
  )();
  expect(graph.cycles.map(({ nodes, types_only }) => [nodes.join(' '), types_only])).toEqual([
    ['a.ts b.ts', false],
    ['a.ts b.ts c.ts', true],
    ['p.py q.py', true],
    ['x.ts y.ts', true],
  ]);
  expect(graph.total).toMatchObject({ cycles: 1, type_cycles: 3 });
  const cycleOf = new Map(graph.edges.map(({ from, to, cycle }) => [`${from} ${to}`, cycle]));
  expect(cycleOf.get('a.ts b.ts')).toBe('runs');
  expect(cycleOf.get('c.ts a.ts')).toBe('types');
  expect(graph.nodes.find(({ id }) => id === 'a.ts')?.cycle).toBe(0);
  expect(graph.nodes.find(({ id }) => id === 'c.ts')?.cycle).toBe(1);
});
