import { Graph, layout } from '@dagrejs/dagre';
import { placeInLayers } from './layers.ts';

/** What is to be placed. Pixels. */
export interface Layable {
  nodes: { id: string; width: number; height: number }[];
  edges: { from: string; to: string }[];
}

/** The left upper corner of each node. Pixels. */
export type Positions = Record<string, { x: number; y: number }>;

const GAP = 14;
const RANK_GAP = 72;
/** Larger graphs take dagre many seconds. */
const MOST = { nodes: 120, edges: 300 };

/** Places what leads to others left of them, and what has no edges in rows below. */
export function placeNodes({ nodes, edges }: Layable): Positions {
  const ids = new Set(nodes.map(({ id }) => id));
  const drawn = edges.filter(({ from, to }) => from !== to && ids.has(from) && ids.has(to));
  const linked = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const positions: Positions = {};
  const bottom = placeLinked({ nodes: nodes.filter(({ id }) => linked.has(id)), edges: drawn }, positions);
  placeAlone(
    nodes.filter(({ id }) => !linked.has(id)),
    { positions, top: bottom === 0 ? 0 : bottom + RANK_GAP },
  );
  return positions;
}

/** Answers with where the lowest of them ends. */
function placeLinked({ nodes, edges }: Layable, positions: Positions): number {
  if (nodes.length === 0) return 0;
  if (nodes.length > MOST.nodes || edges.length > MOST.edges) {
    return placeInLayers({ nodes, edges }, positions, { node: GAP, rank: RANK_GAP });
  }
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: RANK_GAP, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  // dagre takes an empty name, which is the top folder's, for none.
  const named = (id: string) => `/${id}`;
  for (const { id, width, height } of nodes) graph.setNode(named(id), { width, height });
  for (const { from, to } of edges) graph.setEdge(named(from), named(to));
  layout(graph);
  let bottom = 0;
  for (const { id, width, height } of nodes) {
    const { x = 0, y = 0 } = graph.node(named(id));
    positions[id] = { x: x - width / 2, y: y - height / 2 };
    bottom = Math.max(bottom, y + height / 2);
  }
  return bottom;
}

function placeAlone(
  nodes: Layable['nodes'],
  { positions, top }: { positions: Positions; top: number },
): void {
  const columns = Math.ceil(Math.sqrt(nodes.length / 3));
  const width = Math.max(0, ...nodes.map((node) => node.width)) + GAP;
  const height = Math.max(0, ...nodes.map((node) => node.height)) + GAP;
  for (const [at, { id }] of nodes.entries()) {
    positions[id] = { x: (at % columns) * width, y: top + Math.floor(at / columns) * height };
  }
}
