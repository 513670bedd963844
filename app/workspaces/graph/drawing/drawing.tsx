'use client';

import './drawing.css';
import {
  MarkerType,
  Panel,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useMemo } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { useLayout } from '../layout/use-layout.ts';
import { type DrawnEdge, type DrawnNode, NODE_HEIGHT, widthOf } from './drawn.ts';
import { type CardData, NodeCard } from './node-card.tsx';

interface DrawingProps {
  label: string;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  onOpen: (id: string) => void;
  onCenter: (id: string) => void;
}

const nodeTypes = { card: NodeCard };
const LEGIBLE = 0.5;
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.05 };
const COLORS: Record<DrawnEdge['look'] | 'current', string> = {
  plain: 'var(--line-strong)',
  cycle: 'var(--warn)',
  types: 'var(--warn)',
  uncertain: 'var(--ink-3)',
  current: 'var(--accent)',
};

/** Nodes and what they lead to, from left to right. It fills what it is put into. */
export function Drawing({ label, nodes, edges, onOpen, onCenter }: DrawingProps) {
  const graph = useMemo(
    () => ({
      nodes: nodes.map((node) => ({ id: node.id, width: widthOf(node), height: NODE_HEIGHT })),
      // What only types tie together is not what the program is built from: it decides nothing of where nodes stand.
      edges: edges.filter(({ look }) => look !== 'types').map(({ from, to }) => ({ from, to })),
    }),
    [nodes, edges],
  );
  const { positions, failed } = useLayout(graph);
  const cards = useMemo(
    () =>
      nodes.map((node) => ({
        id: node.id,
        type: 'card' as const,
        position: positions?.[node.id] ?? { x: 0, y: 0 },
        width: widthOf(node),
        height: NODE_HEIGHT,
        data: { node, onOpen, onCenter } satisfies CardData,
      })),
    [nodes, positions, onOpen, onCenter],
  );
  const lines = useMemo(() => linesOf(nodes, edges), [nodes, edges]);
  if (failed)
    return (
      <p className="p-4 text-small text-ink-2">
        The picture could not be laid out. The list holds all of it.
      </p>
    );
  if (positions === null) return <p className="p-4 text-small text-ink-3">Laying out {nodes.length} nodes</p>;
  return (
    <ReactFlowProvider>
      <section aria-label={label} className="graph-drawing size-full">
        <ReactFlow
          nodes={cards}
          edges={lines}
          nodeTypes={nodeTypes}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          onlyRenderVisibleElements
          minZoom={0.05}
          fitView
          fitViewOptions={FIT}
          onInit={(flow) => showCurrent(flow, cards)}
        >
          <Panel position="bottom-left">
            <ViewButtons />
          </Panel>
        </ReactFlow>
      </section>
    </ReactFlowProvider>
  );
}

/** Where all of it would be too small to read, what is in the middle is shown large. */
function showCurrent(
  flow: Pick<ReactFlowInstance, 'getZoom' | 'setCenter'>,
  cards: readonly { position: { x: number; y: number }; width: number; data: CardData }[],
): void {
  const current = cards.find(({ data }) => data.node.look === 'current');
  if (current === undefined || flow.getZoom() >= LEGIBLE) return;
  const { position, width } = current;
  void flow.setCenter(position.x + width / 2, position.y + NODE_HEIGHT / 2, { zoom: 0.8 });
}

function linesOf(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[]) {
  const current = new Set(nodes.filter(({ look }) => look === 'current').map(({ id }) => id));
  return edges
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, look, count }) => {
      const isCurrent = look === 'plain' && (current.has(from) || current.has(to));
      const shown = isCurrent ? 'current' : look;
      return {
        id: `${from}\n${to}`,
        source: from,
        target: to,
        className: `edge-${shown}`,
        markerEnd: { type: MarkerType.ArrowClosed, color: COLORS[shown], width: 14, height: 14 },
        ...(count > 1 ? { ariaLabel: `${from} to ${to}, ${count} times` } : {}),
      };
    });
}

function ViewButtons() {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <div className="flex rounded-control border border-line bg-surface shadow-card">
      <IconButton icon={Plus} label="Larger" size="small" onClick={() => void zoomIn()} />
      <IconButton icon={Minus} label="Smaller" size="small" onClick={() => void zoomOut()} />
      <IconButton icon={Maximize} label="Show all of it" size="small" onClick={() => void fitView(FIT)} />
    </div>
  );
}
