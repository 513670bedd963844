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
import { type ReactNode, useMemo } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { useLayout } from '../layout/use-layout.ts';
import { type DrawnEdge, type DrawnNode, layableOf, NODE_HEIGHT, shownEdges, widthOf } from './drawn.ts';
import { EDGE_LINES } from './edge-lines.ts';
import { type CardData, NodeCard } from './node-card.tsx';
import { PictureMenu, type PictureNames } from './picture-menu.tsx';

interface DrawingProps {
  label: string;
  /** For a picture of it that is saved. */
  names: PictureNames;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  onOpen: (id: string) => void;
  onCenter: (id: string) => void;
}

const nodeTypes = { card: NodeCard };
const LEGIBLE = 0.5;
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: 0.05 };

/** Nodes and what they lead to, from left to right. It fills what it is put into. */
export function Drawing({ label, names, nodes, edges, onOpen, onCenter }: DrawingProps) {
  const graph = useMemo(() => layableOf(nodes, edges, widthOf), [nodes, edges]);
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
            <ViewButtons>
              <PictureMenu names={names} nodes={nodes} edges={edges} />
            </ViewButtons>
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
  return shownEdges(nodes, edges).map(({ from, to, shown, count }) => ({
    id: `${from}\n${to}`,
    source: from,
    target: to,
    className: `edge-${shown}`,
    markerEnd: { type: MarkerType.ArrowClosed, color: EDGE_LINES[shown].color, width: 14, height: 14 },
    ...(count > 1 ? { ariaLabel: `${from} to ${to}, ${count} times` } : {}),
  }));
}

function ViewButtons({ children }: { children: ReactNode }) {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <div className="flex rounded-control border border-line bg-surface shadow-card">
      <IconButton icon={Plus} label="Larger" size="small" onClick={() => void zoomIn()} />
      <IconButton icon={Minus} label="Smaller" size="small" onClick={() => void zoomOut()} />
      <IconButton icon={Maximize} label="Show all of it" size="small" onClick={() => void fitView(FIT)} />
      {children}
    </div>
  );
}
