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
      ...(node.kind === 'file' ? fileText(node, graph) : folderText(node, graph)),
      look: lookOf(node, graph, current),
    })),
    edges: graph.edges.map(({ from, to, count, cycle }) => ({
      from,
      to,
      count,
      look: EDGE_LOOKS[cycle ?? 'none'],
    })),
  };
}

const EDGE_LOOKS = { runs: 'cycle', types: 'types', none: 'plain' } as const;

function lookOf(
  { id, cycle, is_test: isTest }: GraphNode,
  { cycles }: ImportGraph,
  current: string | null,
): DrawnNode['look'] {
  if (id === current) return 'current';
  if (cycle !== null && cycles[cycle]?.types_only === false) return 'cycle';
  return isTest ? 'test' : 'plain';
}

type Texts = Pick<DrawnNode, 'title' | 'note' | 'more'>;

function fileText(node: GraphNode, graph: ImportGraph): Texts {
  const at = node.id.lastIndexOf('/');
  return {
    title: showName(node.id.slice(at + 1)),
    note: showName(node.id.slice(0, Math.max(0, at))) || 'at the top',
    more: more(node, graph),
  };
}

function folderText(node: GraphNode, graph: ImportGraph): Texts {
  const files = node.files === 1 ? '1 file' : `${node.files} files`;
  return {
    title: showName(node.id) || 'at the top',
    note: `${files} · ${node.lines} lines`,
    more: more(node, graph),
  };
}

function more({ imports, imported_by: importedBy, cycle }: GraphNode, { cycles }: ImportGraph): string {
  const ofTypes = cycle !== null && cycles[cycle]?.types_only === true;
  const inCycle = cycle === null ? '' : ofTypes ? ', in a cycle of types' : ', in a cycle';
  return `imports ${imports}, imported by ${importedBy}${inCycle}`;
}
