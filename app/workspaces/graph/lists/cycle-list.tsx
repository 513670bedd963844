'use client';

import { RefreshCw } from 'lucide-react';
import type { Cycle } from '#server/features/retrieval/graphs/contract.ts';
import { showName } from '../../show-name.ts';

interface CycleListProps {
  cycles: Cycle[];
  total: number;
  onOpen: (id: string) => void;
}

/** Every cycle with a shortest way round, the largest first; those of types alone are folded away. */
export function CycleList({ cycles, total, onOpen }: CycleListProps) {
  const running = cycles.filter((cycle) => !cycle.types_only);
  const ofTypes = cycles.filter((cycle) => cycle.types_only);
  return (
    <>
      {running.length === 0 && (
        <p className="text-small text-ink-2">Nothing imports itself, not even by way of others.</p>
      )}
      {running.length > 0 && <List label="Cycles" cycles={running} onOpen={onOpen} />}
      {ofTypes.length > 0 && (
        <details className="text-small text-ink-2">
          <summary className="cursor-pointer">
            <span className="figures">{ofTypes.length}</span> more when imports of types count
          </summary>
          <p className="my-1.5 text-tiny text-pretty">They are gone when the program runs, and do no harm.</p>
          <List label="Cycles of types" cycles={ofTypes} onOpen={onOpen} />
        </details>
      )}
      {total > cycles.length && (
        <p className="text-tiny text-ink-3">{total - cycles.length} more are not listed.</p>
      )}
    </>
  );
}

interface ListProps extends Pick<CycleListProps, 'cycles' | 'onOpen'> {
  label: string;
}

function List({ label, cycles, onOpen }: ListProps) {
  return (
    <ol aria-label={label} className="flex flex-col gap-2.5">
      {cycles.map((cycle) => (
        <li key={cycle.nodes[0]} className="rounded-card border border-line bg-surface px-3 py-2 text-ink">
          <p className="flex items-start gap-1.5 text-tiny font-medium">
            <RefreshCw
              size={12}
              aria-hidden="true"
              className={cycle.types_only ? 'mt-0.5 shrink-0 text-ink-3' : 'mt-0.5 shrink-0 text-warn'}
            />
            {said(cycle)}
          </p>
          <ol className="mt-1">
            {cycle.example.map((id) => (
              <li key={id}>
                <button
                  type="button"
                  onClick={() => onOpen(id)}
                  title={showName(id)}
                  className="reach figures flex min-h-6 w-full min-w-0 items-baseline gap-1.5 rounded-key px-1 text-left text-tiny hover:bg-hover"
                >
                  <span className="max-w-full shrink-0 truncate">{nameOf(id)}</span>
                  <span className="min-w-0 truncate text-ink-3">{folderOf(id)}</span>
                  <span aria-hidden="true" className="ml-auto text-ink-3">
                    →
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}

function said({ size, example }: Cycle): string {
  if (size === 1) return 'It imports itself';
  const shortest = example.length < size ? `, the shortest way round has ${example.length}` : '';
  return `${size} lead to each other${shortest}`;
}

function nameOf(id: string): string {
  return showName(id.slice(id.lastIndexOf('/') + 1)) || 'the top';
}

function folderOf(id: string): string {
  return showName(id.slice(0, Math.max(0, id.lastIndexOf('/'))));
}
