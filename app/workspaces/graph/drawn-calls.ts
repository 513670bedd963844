import type { SymbolGraph, SymbolNode } from '#server/features/retrieval/graphs/contract.ts';
import { showName } from '../show-name.ts';
import type { DrawnEdge, DrawnNode } from './drawing/drawn.ts';

/** A graph of calls as it is drawn. */
export function drawnCalls(graph: SymbolGraph): { nodes: DrawnNode[]; edges: DrawnEdge[] } {
  return {
    nodes: graph.nodes.map((node) => ({
      id: node.id,
      title: titleOf(node),
      note: `${showName(node.path)}:${node.line}`,
      more: more(node),
      look: node.id === graph.center ? 'current' : 'plain',
    })),
    edges: graph.edges.map(({ from, to, count, certain }) => ({
      ...{ from, to, count },
      look: certain ? 'plain' : 'uncertain',
    })),
  };
}

function titleOf({ name, container, kind }: SymbolNode): string {
  const owner = container === null || kind !== 'method' ? '' : `${container.split(' > ').at(-1)}.`;
  return `${owner}${showName(name)}`;
}

function more({ distance, kind }: SymbolNode): string {
  const what = kind === 'module' ? 'the top of the file' : kind;
  if (distance === 0) return `${what}, in the middle`;
  const steps = Math.abs(distance) === 1 ? '' : `, ${Math.abs(distance)} calls away`;
  return `${what}, ${distance < 0 ? 'calls it' : 'is called'}${steps}`;
}
