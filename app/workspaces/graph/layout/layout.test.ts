import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeNodes } from './layout.ts';

const graphs = fc.integer({ min: 0, max: 25 }).chain((size) =>
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
      for (const a of graph.nodes) {
        for (const b of graph.nodes) {
          if (a.id === b.id) continue;
          const [one, other] = [positions[a.id]!, positions[b.id]!];
          const apart =
            one.x + a.width <= other.x ||
            other.x + b.width <= one.x ||
            one.y + a.height <= other.y ||
            other.y + b.height <= one.y;
          expect(apart).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
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
