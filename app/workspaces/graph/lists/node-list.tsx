'use client';

import { Crosshair } from 'lucide-react';
import { useMemo } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { VirtualList } from '#app/_ui/virtual-list.tsx';
import type { DrawnNode } from '../drawing/drawn.ts';

interface NodeListProps {
  label: string;
  nodes: DrawnNode[];
  onOpen: (id: string) => void;
  onCenter: (id: string) => void;
}

/** Everything that a drawing shows, in words, for the keyboard and for readers of the screen. */
export function NodeList({ label, nodes, onOpen, onCenter }: NodeListProps) {
  const sorted = useMemo(() => nodes.toSorted((a, b) => a.id.localeCompare(b.id)), [nodes]);
  return (
    <VirtualList
      label={label}
      items={sorted}
      keyOf={({ id }) => id}
      estimate={() => 44}
      className="h-full"
      render={(node) => (
        <div className="flex items-center gap-1 px-2">
          <button
            type="button"
            onClick={() => onOpen(node.id)}
            className="reach flex min-h-9 min-w-0 flex-1 flex-col justify-center rounded-control px-2 py-1 text-left hover:bg-hover"
          >
            <span className="figures w-full truncate text-small">{node.title}</span>
            <span className="w-full truncate text-tiny text-ink-3">
              {node.note} · {node.more}
            </span>
          </button>
          <IconButton
            icon={Crosshair}
            label={`Put ${node.title} into the middle`}
            size="small"
            onClick={() => onCenter(node.id)}
          />
        </div>
      )}
    />
  );
}
