import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeNodes } from './layout.ts';

const graphs = fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 121, max: 150 })).chain((size) =>
  fc.record({
    nodes: fc.constant(
      Array.from({ length: size }, (_, at) => ({ id: `${at}`, width: 100 + at, height: 40 })),
    ),
    edges: fc.array(fc.record({ from: fc.nat(size).map(String), to: fc.nat(size).map(String) }), {
      maxLength: 40,
    }),
  }),
);

test('every node has its place and covers no other one', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const positions = placeNodes(graph);
      expect(Object.keys(positions).toSorted()).toEqual(graph.nodes.map(({ id }) => id).toSorted());
      const overlaps = graph.nodes.flatMap((a, at) =>
        graph.nodes.slice(at + 1).filter((b) => {
          const [one, other] = [positions[a.id]!, positions[b.id]!];
          const apart =
            one.x + a.width <= other.x ||
            other.x + b.width <= one.x ||
            one.y + a.height <= other.y ||
            other.y + b.height <= one.y;
          return !apart;
        }),
      );
      expect(overlaps).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('four hundred files with many imports and cycles are all placed, with most edges to the right', () => {
  const nodes = Array.from({ length: 400 }, (_, at) => ({ id: `${at}`, width: 200, height: 44 }));
  const edges = nodes.flatMap(({ id }, at) =>
    [1, 7, 31, 390].map((step) => ({ from: id, to: `${(at + step) % 400}` })),
  );
  const positions = placeNodes({ nodes, edges });
  expect(Object.keys(positions)).toHaveLength(400);
  const onwards = edges.filter(({ from, to }) => positions[from]!.x < positions[to]!.x);
  expect(onwards.length).toBeGreaterThan(edges.length / 2);
});

test('what imports stands left of what it imports', () => {
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, width: 100, height: 40 }));
  const edges = [
    { from: 'c', to: 'a' },
    { from: 'a', to: 'b' },
  ];
  const { a, b, c } = placeNodes({ nodes, edges });
  expect([c!.x < a!.x, a!.x < b!.x]).toEqual([true, true]);
});

test('the top folder of a workspace, whose path is empty, has its place beside what it imports', () => {
  const nodes = ['', 'server'].map((id) => ({ id, width: 100, height: 40 }));
  const { '': top, server } = placeNodes({ nodes, edges: [{ from: '', to: 'server' }] });
  expect(top!.x + 100).toBeLessThan(server!.x);
});
