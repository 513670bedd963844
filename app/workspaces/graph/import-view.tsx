'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Network } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { ImportGraph } from '#server/features/retrieval/graphs/contract.ts';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import { Drawing } from './drawing/drawing.tsx';
import { drawnImports } from './drawn-imports.ts';
import { graphApi } from './graph-api.ts';
import { showGraph } from './graph-place.ts';
import { ImportControls, type ImportChoices } from './import-controls.tsx';
import { CycleList } from './lists/cycle-list.tsx';
import { NodeList } from './lists/node-list.tsx';

interface ImportViewProps {
  id: string;
  around: string | null;
  /** The file that is open beside. */
  path: string | null;
}

/** Which files or folders import which: drawn or listed, with their cycles. */
export function ImportView({ id, around, path }: ImportViewProps) {
  const [choices, setChoices] = useState<ImportChoices>({
    ...{ level: null, folder: '', globs: '', depth: 2, tests: true, shown: 'drawing' },
  });
  const globs = useDeferredValue(choices.globs);
  const level = choices.level ?? (around === null ? 'folders' : 'files');
  const question = {
    ...{ level, folder: choices.folder, depth: choices.depth, tests: choices.tests },
    paths: globs
      .split(/[\s,]+/)
      .filter((glob) => glob !== '' && glob !== '!')
      .slice(0, 20),
    ...(around === null ? {} : { around }),
  };
  const { data, error, isFetching } = useQuery({
    queryKey: ['workspaces', 'graph', id, question],
    queryFn: ({ signal }) => graphApi.imports({ id, question, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const center = useCallback((node: string) => {
    setChoices((before) => ({ ...before, level: 'files' }));
    showGraph({ around: node });
  }, []);
  return (
    <>
      <ImportControls
        choices={{ ...choices, level }}
        around={around}
        busy={isFetching}
        onChange={(change) => setChoices((before) => ({ ...before, ...change }))}
      />
      {error !== null && (
        <div className="px-4">
          <ErrorNote error={error} title="The imports were not drawn." />
        </div>
      )}
      {data !== undefined && error === null && (
        <Answer
          graph={data}
          path={path ?? around}
          around={around}
          shown={choices.shown}
          onFolder={(folder) => setChoices((before) => ({ ...before, folder, level: 'files' }))}
          onCenter={center}
        />
      )}
    </>
  );
}

interface AnswerProps {
  graph: ImportGraph;
  path: string | null;
  around: string | null;
  shown: ImportChoices['shown'];
  onFolder: (path: string) => void;
  onCenter: (path: string) => void;
}

function Answer({ graph, path, around, shown, onFolder, onCenter }: AnswerProps) {
  const { nodes, edges } = useMemo(() => drawnImports(graph, path), [graph, path]);
  const isFolders = graph.level === 'folders';
  const open = useCallback(
    (node: string) => (isFolders ? onFolder(node) : showFile({ path: node })),
    [isFolders, onFolder],
  );
  const middle = isFolders ? onFolder : onCenter;
  if (nodes.length === 0) {
    return (
      <EmptyState icon={Network} title="No file is left">
        With these filters there is nothing to draw. Nothing is drawn of what is not indexed either.
      </EmptyState>
    );
  }
  return (
    <div className="@container flex min-h-0 flex-1">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col @2xl:flex-row">
        <div className="min-h-0 min-w-0 flex-1">
          {shown === 'list' ? (
            <NodeList label="Files and what they import" nodes={nodes} onOpen={open} onCenter={middle} />
          ) : (
            <Drawing
              label="Drawing of the imports"
              names={{ file: 'imports', title: titleOf(graph, around), note: countsOf(graph) }}
              nodes={nodes}
              edges={edges}
              onOpen={open}
              onCenter={middle}
            />
          )}
        </div>
        <aside
          aria-label="About this graph"
          className="flex max-h-44 shrink-0 flex-col gap-3 overflow-y-auto border-t border-line p-3 @2xl:max-h-none @2xl:w-64 @2xl:border-t-0 @2xl:border-l"
        >
          <p role="status" className="figures text-tiny text-ink-2">
            {countsOf(graph)}
          </p>
          <CycleList
            cycles={graph.cycles}
            total={graph.total.cycles + graph.total.type_cycles}
            onOpen={open}
          />
        </aside>
      </div>
    </div>
  );
}

function titleOf({ level }: ImportGraph, around: string | null): string {
  return around === null ? `Imports of ${level}` : `Imports around ${showName(around)}`;
}

function countsOf({ nodes, level, total, truncated }: ImportGraph): string {
  const shown = truncated ? `${nodes.length} of ${total.nodes}` : `${total.nodes}`;
  const cycles = total.cycles === 1 ? '1 cycle' : `${total.cycles} cycles`;
  const rest = truncated
    ? ' The rest is left out: what is in cycles or has most imports stays. Filter to see others.'
    : '';
  return `${shown} ${level}, ${total.edges} imports between them, ${cycles}.${rest}`;
}
