'use client';

import { type KeyboardEvent, useRef, useState } from 'react';
import type { Ranking } from '#server/features/compare/contract.ts';
import { explainPair, findPair, probabilityOf, type Standing } from './standing.ts';

interface PairMatrixProps {
  standings: Standing[];
  pairs: Ranking['pairs'];
}

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** P(row better than column) of every pair. One cell takes the focus; arrow keys move it; below it is explained. */
export function PairMatrix({ standings, pairs }: PairMatrixProps) {
  const [at, setAt] = useState({ row: 0, column: 1 });
  const [explained, setExplained] = useState('');
  const table = useRef<HTMLTableElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const within = (index: number) => Math.min(standings.length - 1, Math.max(0, index));
    const cell = `${within(at.row + step[0])} ${within(at.column + step[1])}`;
    const next = table.current?.querySelector(`[data-cell="${cell}"]`);
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <>
      <div className="overflow-x-auto pb-1">
        <table ref={table} className="border-separate border-spacing-0.5">
          <caption className="pb-2 text-left text-tiny text-ink-2">
            Probability that the contestant of the row is better than that of the column; bold is decided.
          </caption>
          <thead>
            <tr className="text-tiny text-ink-2 [&>th]:px-1 [&>th]:font-normal">
              <th scope="col" className="text-left">
                contestant
              </th>
              {standings.map((standing, index) => (
                <th key={standing.id} scope="col">
                  {index + 1}
                  <span className="sr-only">: {standing.name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {standings.map((row, rowAt) => (
              <tr key={row.id}>
                <th scope="row" className="max-w-72 truncate pr-3 max-sm:max-w-32 text-left font-normal">
                  {rowAt + 1} {row.name}
                </th>
                {standings.map((column, columnAt) => (
                  <Cell
                    key={column.id}
                    row={row}
                    column={column}
                    pairs={pairs}
                    place={`${rowAt} ${columnAt}`}
                    focusable={at.row === rowAt && at.column === columnAt}
                    onExplain={setExplained}
                    onFocus={() => setAt({ row: rowAt, column: columnAt })}
                    onKeyDown={move}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p role="status" className="mt-1 min-h-9 text-small text-ink-2 text-pretty">
        {explained === ''
          ? 'Point at a number, or move to it with the arrow keys, to read what it means.'
          : explained}
      </p>
    </>
  );
}

interface CellProps {
  row: Standing;
  column: Standing;
  pairs: Ranking['pairs'];
  place: string;
  focusable: boolean;
  onExplain: (explanation: string) => void;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Cell({ row, column, pairs, place, focusable, onExplain, onFocus, onKeyDown }: CellProps) {
  const pair = findPair(pairs, row.id, column.id);
  const probability = probabilityOf(pairs, row.id, column.id);
  const explanation = pair === undefined ? `${row.name}, against itself.` : explainPair(pair, row, column);
  const strength = probability === null ? 0 : Math.round(Math.abs(probability - 0.5) * 60);
  const tint = probability !== null && probability > 0.5 ? 'var(--c1)' : 'var(--c2)';
  return (
    <td className="p-0">
      <button
        type="button"
        data-cell={place}
        aria-label={probability === null ? explanation : `${probability.toFixed(2)}: ${explanation}`}
        tabIndex={focusable ? 0 : -1}
        onPointerEnter={() => onExplain(explanation)}
        onClick={() => onExplain(explanation)}
        onFocus={() => {
          onFocus();
          onExplain(explanation);
        }}
        onKeyDown={onKeyDown}
        style={{ background: `color-mix(in oklab, ${tint} ${strength}%, transparent)` }}
        className={`figures flex h-8 w-full min-w-12 items-center justify-center rounded-key px-1 text-tiny ${pair?.decided === true ? 'font-semibold' : ''}`}
      >
        {probability === null ? '' : probability.toFixed(2)}
      </button>
    </td>
  );
}
