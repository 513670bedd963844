import fc from 'fast-check';
import { expect, test } from 'vitest';
import { componentsOf, shortestCycle } from './components.ts';

const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
  );

/** Whether `to` can be reached by at least one step. */
function reaches(graph: number[][], from: number, to: number): boolean {
  const seen = new Set<number>();
  const queue = [...(graph[from] ?? [])];
  for (const node of queue) {
    if (node === to) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    queue.push(...(graph[node] ?? []));
  }
  return false;
}

test('two files are in one cycle exactly when each leads to the other', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const found = new Map<number, number>();
      for (const [at, component] of componentsOf(graph).entries())
        for (const node of component) found.set(node, at);
      for (let a = 0; a < graph.length; a += 1) {
        expect(found.has(a)).toBe(reaches(graph, a, a));
        for (let b = 0; b < a; b += 1) {
          const together = found.has(a) && found.get(a) === found.get(b);
          expect(together).toBe(reaches(graph, a, b) && reaches(graph, b, a));
        }
      }
    }),
  );
});

test('the way round that is shown is one: each leads to the next and the last to the first', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      for (const component of componentsOf(graph)) {
        const way = shortestCycle(graph, component);
        expect(way.length).toBeGreaterThan(0);
        expect(new Set(way).size).toBe(way.length);
        for (const [at, node] of way.entries()) expect(graph[node]).toContain(way[(at + 1) % way.length]);
      }
    }),
  );
});

test('a chain of a hundred thousand files does not overflow the stack', () => {
  const size = 100_000;
  const graph = Array.from({ length: size }, (_, at) => [(at + 1) % size]);
  expect(componentsOf(graph)[0]).toHaveLength(size);
});
