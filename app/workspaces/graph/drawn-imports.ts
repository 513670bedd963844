import type { GraphNode, ImportGraph } from '#server/features/retrieval/graphs/contract.ts';
import { showName } from '../show-name.ts';
import type { DrawnEdge, DrawnNode } from './drawing/drawn.ts';

/** An import graph as it is drawn. `current`: the file that is open beside. */
export function drawnImports(
  graph: ImportGraph,
  current: string | null,
): { nodes: DrawnNode[]; edges: DrawnEdge[] } {
  return {
    nodes: graph.nodes.map((node) => ({
      id: node.id,
      ...(node.kind === 'file' ? fileText(node) : folderText(node)),
      look: lookOf(node, current),
    })),
    edges: graph.edges.map(({ from, to, count, in_cycle: inCycle }) => ({
      ...{ from, to, count },
      look: inCycle ? 'cycle' : 'plain',
    })),
  };
}

function lookOf({ id, cycle, is_test: isTest }: GraphNode, current: string | null): DrawnNode['look'] {
  if (id === current) return 'current';
  if (cycle !== null) return 'cycle';
  return isTest ? 'test' : 'plain';
}

type Texts = Pick<DrawnNode, 'title' | 'note' | 'more'>;

function fileText(node: GraphNode): Texts {
  const at = node.id.lastIndexOf('/');
  return {
    title: showName(node.id.slice(at + 1)),
    note: showName(node.id.slice(0, Math.max(0, at))) || 'at the top',
    more: more(node),
  };
}

function folderText(node: GraphNode): Texts {
  const files = node.files === 1 ? '1 file' : `${node.files} files`;
  return {
    title: showName(node.id) || 'at the top',
    note: `${files} · ${node.lines} lines`,
    more: more(node),
  };
}

function more({ imports, imported_by: importedBy, cycle }: GraphNode): string {
  return `imports ${imports}, imported by ${importedBy}${cycle === null ? '' : ', in a cycle'}`;
}
