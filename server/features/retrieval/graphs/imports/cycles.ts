import type { Cycle } from '../contract.ts';
import type { DrawnGraph } from './collapse.ts';
import { componentsOf, shortestCycle } from './components.ts';

const MOST_CYCLES = 200;
const MOST_NODES = 400;

/** The cycles of a graph, largest first, and which one each node is in. */
export function cyclesOf(graph: Pick<DrawnGraph, 'ids' | 'out'>) {
  const components = componentsOf(graph.out).sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
  const cycleOf = new Map<number, number>();
  const idOf = (at: number) => graph.ids[at] ?? '';
  const cycles: Cycle[] = [];
  for (const component of components.slice(0, MOST_CYCLES)) {
    for (const at of component) cycleOf.set(at, cycles.length);
    const nodes = component.map(idOf).sort().slice(0, MOST_NODES);
    const example = shortestCycle(graph.out, component).map(idOf);
    cycles.push({ nodes, size: component.length, example });
  }
  return { cycles, cycleOf, total: components.length };
}
