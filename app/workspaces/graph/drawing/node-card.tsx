'use client';

import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { Crosshair, RefreshCw } from 'lucide-react';
import { classes } from '#app/_ui/classes.ts';
import type { DrawnNode } from './drawn.ts';

export interface CardData extends Record<string, unknown> {
  node: DrawnNode;
  onOpen: (id: string) => void;
  /** Puts it into the middle. */
  onCenter: (id: string) => void;
}

const LOOKS: Record<DrawnNode['look'], string> = {
  plain: 'border-line-strong',
  test: 'border-line text-ink-2',
  cycle: 'border-warn border-dashed border-2',
  current: 'border-accent ring-2 ring-accent/25',
};

/** A file, folder or symbol: a press opens it, the cross puts it into the middle. */
export function NodeCard({ data: { node, onOpen, onCenter } }: NodeProps<Node<CardData>>) {
  return (
    <div
      title={`${node.title}, ${node.note}, ${node.more}`}
      className={classes(
        'group pointer-events-auto flex size-full items-center rounded-control border bg-surface shadow-card',
        LOOKS[node.look],
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="graph-handle" />
      <button
        type="button"
        onClick={() => onOpen(node.id)}
        className="flex min-w-0 flex-1 flex-col self-stretch justify-center rounded-control px-2.5 text-left hover:bg-hover"
      >
        <span className="figures flex min-w-0 items-center gap-1.5 text-tiny font-medium">
          {node.look === 'cycle' && <RefreshCw size={11} aria-hidden="true" className="shrink-0 text-warn" />}
          <span className="truncate">{node.title}</span>
        </span>
        <span className="truncate text-tiny text-ink-3">{node.note}</span>
        <span className="sr-only">{node.more}</span>
      </button>
      <button
        type="button"
        aria-label={`Put ${node.title} into the middle`}
        onClick={() => onCenter(node.id)}
        className="mr-1 grid size-6 shrink-0 place-items-center rounded-key text-ink-3 opacity-0 hover:bg-hover hover:text-ink focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100"
      >
        <Crosshair size={13} aria-hidden="true" />
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} className="graph-handle" />
    </div>
  );
}
