import type { Cycle, GraphEdge } from '../contract.ts';
import { type Adjacency, componentsOf, shortestCycle } from './components.ts';

const MOST_CYCLES = 200;
const MOST_NODES = 400;

export interface FoundCycles {
  cycles: Cycle[];
  /** Which of `cycles` a node is in. */
  cycleOf: ReadonlyMap<number, number>;
  edgeCycle(from: number, to: number): GraphEdge['cycle'];
  total: { cycles: number; type_cycles: number };
}

/**
 * The cycles of a graph: those that are left without imports of types, and those that such imports make or enlarge.
 * `isTypes` is asked only about edges within a cycle.
 */
export async function findCycles(
  { ids, out }: { ids: readonly string[]; out: Adjacency },
  isTypes: (from: number, to: number) => Promise<boolean>,
): Promise<FoundCycles> {
  const all = largestFirst(componentsOf(out));
  const allOf = placesIn(all);
  const typeEdges = new Set<string>();
  for (const from of allOf.keys()) {
    for (const to of out[from] ?? []) {
      if (allOf.get(from) === allOf.get(to) && (await isTypes(from, to))) typeEdges.add(`${from} ${to}`);
    }
  }
  const running = out.map((own, from) => own.filter((to) => !typeEdges.has(`${from} ${to}`)));
  const real = largestFirst(componentsOf(running));
  const realOf = placesIn(real);
  const sizes = new Map(real.map((component) => [component[0], component.length]));
  const ofTypes = all.filter((component) => !component.some((at) => sizes.get(at) === component.length));
  const describe = (component: number[], typesOnly: boolean): Cycle => ({
    nodes: component
      .map((at) => ids[at] ?? '')
      .sort()
      .slice(0, MOST_NODES),
    size: component.length,
    example: shortestCycle(typesOnly ? out : running, component).map((at) => ids[at] ?? ''),
    types_only: typesOnly,
  });
  const listed = [...real, ...ofTypes].slice(0, MOST_CYCLES);
  // Nodes of a real cycle belong to that one: it comes last here.
  const cycleOf = new Map(
    [...listed.entries()].reverse().flatMap(([place, component]) => component.map((at) => [at, place])),
  );
  return {
    cycles: listed.map((component, place) => describe(component, place >= real.length)),
    cycleOf,
    edgeCycle(from, to) {
      const isReal = realOf.get(from) !== undefined && realOf.get(from) === realOf.get(to);
      if (isReal && !typeEdges.has(`${from} ${to}`)) return 'runs';
      return allOf.get(from) !== undefined && allOf.get(from) === allOf.get(to) ? 'types' : null;
    },
    total: { cycles: real.length, type_cycles: ofTypes.length },
  };
}

function largestFirst(components: number[][]): number[][] {
  return components.sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}

function placesIn(components: readonly number[][]): Map<number, number> {
  return new Map(components.flatMap((component, place) => component.map((at) => [at, place])));
}
