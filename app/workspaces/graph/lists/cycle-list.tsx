'use client';

import { RefreshCw } from 'lucide-react';
import type { Cycle } from '#server/features/retrieval/graphs/contract.ts';
import { showName } from '../../show-name.ts';

interface CycleListProps {
  cycles: Cycle[];
  total: number;
  onOpen: (id: string) => void;
}

/** Every cycle with a shortest way round, the largest first. */
export function CycleList({ cycles, total, onOpen }: CycleListProps) {
  if (total === 0)
    return <p className="text-small text-ink-2">Nothing imports itself, not even by way of others.</p>;
  return (
    <ol aria-label="Cycles" className="flex flex-col gap-2.5">
      {cycles.map((cycle) => (
        <li key={cycle.nodes[0]} className="rounded-card border border-line bg-surface px-3 py-2">
          <p className="flex items-center gap-1.5 text-tiny font-medium">
            <RefreshCw size={12} aria-hidden="true" className="text-warn" />
            {said(cycle)}
          </p>
          <ol className="mt-1">
            {cycle.example.map((id) => (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => onOpen(id)}
                  className="reach figures block min-h-6 w-full truncate rounded-key px-1 text-left text-tiny text-ink-2 hover:bg-hover hover:text-ink"
                >
                  {showName(id)} →
                </button>
              </li>
            ))}
          </ol>
        </li>
      ))}
      {total > cycles.length && (
        <li className="text-tiny text-ink-3">{total - cycles.length} more are not listed.</li>
      )}
    </ol>
  );
}

function said({ size, example }: Cycle): string {
  if (size === 1) return 'It imports itself';
  const shortest = example.length < size ? `, the shortest way round has ${example.length}` : '';
  return `${size} lead to each other${shortest}`;
}
