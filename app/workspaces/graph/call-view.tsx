'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Waypoints } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import type { SymbolGraph } from '#server/features/retrieval/graphs/contract.ts';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import { Drawing } from './drawing/drawing.tsx';
import { drawnCalls } from './drawn-calls.ts';
import { graphApi } from './graph-api.ts';
import { type GraphPlace, showGraph } from './graph-place.ts';
import { NodeList } from './lists/node-list.tsx';
import { SymbolChoice } from './symbol-choice.tsx';

interface CallViewProps {
  id: string;
  symbol: GraphPlace['symbol'];
}

type Shown = 'drawing' | 'list';
const DEPTHS = ['1', '2', '3'] as const;

/** Who calls a symbol and whom it calls. */
export function CallView({ id, symbol }: CallViewProps) {
  const [depth, setDepth] = useState<(typeof DEPTHS)[number]>('1');
  const [shown, setShown] = useState<Shown>('drawing');
  const question = {
    ...{ name: symbol?.name ?? '', depth: Number(depth) },
    ...(symbol?.path && symbol.line ? { path: symbol.path, line: symbol.line } : {}),
  };
  const { data, error } = useQuery({
    queryKey: ['workspaces', 'calls', id, question],
    queryFn: ({ signal }) => graphApi.symbols({ id, question, signal }),
    enabled: symbol !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 px-3 py-2.5 md:px-4">
        <SymbolChoice key={symbol?.name} id={id} name={symbol?.name ?? ''} />
        <Segmented
          label="Calls away"
          value={depth}
          onChange={setDepth}
          options={DEPTHS.map((value) => ({ value, label: value }))}
        />
        <Segmented
          label="Shown as"
          value={shown}
          onChange={setShown}
          options={[
            { value: 'drawing', label: 'Drawing' },
            { value: 'list', label: 'List' },
          ]}
        />
      </div>
      {symbol === null && (
        <EmptyState icon={Waypoints} title="Whose calls?">
          Choose a function, method or class. What calls it stands left of it, what it calls on the right.
        </EmptyState>
      )}
      {symbol !== null && error !== null && (
        <div className="px-4">
          <ErrorNote error={error} title="The calls were not drawn." />
        </div>
      )}
      {symbol !== null && error === null && data !== undefined && <Answer graph={data} shown={shown} />}
    </>
  );
}

function Answer({ graph, shown }: { graph: SymbolGraph; shown: Shown }) {
  const { nodes, edges } = useMemo(() => drawnCalls(graph), [graph]);
  const byId = useMemo(() => new Map(graph.nodes.map((node) => [node.id, node])), [graph]);
  const open = useCallback(
    (node: string) => {
      const { path, line, end_line: endLine } = byId.get(node) ?? {};
      if (path !== undefined) showFile({ path, line: line ?? null, endLine: endLine ?? null });
    },
    [byId],
  );
  const center = useCallback(
    (node: string) => {
      const { name, path, line, kind } = byId.get(node) ?? {};
      if (name !== undefined && path !== undefined && kind !== 'module') {
        showGraph({ symbol: { name, path, line: line ?? null } });
      }
    },
    [byId],
  );
  return (
    <>
      <p role="status" className="figures px-4 pb-2 text-tiny text-ink-2 text-pretty">
        {said(graph)}
      </p>
      {graph.others.length > 0 && (
        <ul aria-label="Other definitions of this name" className="flex flex-wrap gap-1.5 px-4 pb-2">
          {graph.others.map(({ name, path, line }) => (
            <li key={`${path}:${line}`}>
              <button
                type="button"
                onClick={() => showGraph({ symbol: { name, path, line } })}
                className="reach figures rounded-key border border-line px-1.5 text-tiny text-ink-2 hover:bg-hover"
              >
                {showName(path)}:{line}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="min-h-0 flex-1">
        {shown === 'list' ? (
          <NodeList label="Callers and calls" nodes={nodes} onOpen={open} onCenter={center} />
        ) : (
          <Drawing
            label="Drawing of the calls"
            names={{
              file: 'calls',
              title: `Calls of ${byId.get(graph.center)?.name ?? ''}`,
              note: said(graph),
            }}
            nodes={nodes}
            edges={edges}
            onOpen={open}
            onCenter={center}
          />
        )}
      </div>
    </>
  );
}

function said({ nodes, edges, truncated }: SymbolGraph): string {
  const callers = nodes.filter(({ distance }) => distance < 0).length;
  const calls = nodes.filter(({ distance }) => distance > 0).length;
  const unsure = edges.filter(({ certain }) => !certain).length;
  const doubt = unsure > 0 ? ` ${unsure} of the lines are dotted: only the name is the same.` : '';
  const rest = truncated ? ' There are more than are drawn.' : '';
  return `${callers} that call it, ${calls} that it calls.${doubt}${rest}`;
}
