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
      said: said(node),
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

function said(node: SymbolNode): string {
  const { distance, kind, path, line } = node;
  const steps = Math.abs(distance) === 1 ? '' : ` ${Math.abs(distance)} calls away`;
  const role = distance === 0 ? 'in the middle' : `${distance < 0 ? 'calls it' : 'is called'}${steps}`;
  const what = kind === 'module' ? 'the top of the file' : kind;
  return `${titleOf(node)}, ${what} in ${showName(path)}:${line}, ${role}`;
}
