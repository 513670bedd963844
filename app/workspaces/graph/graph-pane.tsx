'use client';

import { X } from 'lucide-react';
import dynamic from 'next/dynamic';
import { fetchPart } from '#app/_client/part.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { type GraphPlace, type GraphView, showGraph } from './graph-place.ts';

const ImportView = dynamic(
  () => fetchPart(() => import('./import-view.tsx')).then((module) => module.ImportView),
  { loading: Fetching, ssr: false },
);
const CallView = dynamic(() => fetchPart(() => import('./call-view.tsx')).then((module) => module.CallView), {
  loading: Fetching,
  ssr: false,
});
const UnusedView = dynamic(
  () => fetchPart(() => import('./unused-view.tsx')).then((module) => module.UnusedView),
  { loading: Fetching, ssr: false },
);
const MapView = dynamic(() => fetchPart(() => import('./map-view.tsx')).then((module) => module.MapView), {
  loading: Fetching,
  ssr: false,
});

const OPTIONS: { value: GraphView; label: string }[] = [
  { value: 'imports', label: 'Imports' },
  { value: 'calls', label: 'Calls' },
  { value: 'unused', label: 'Unused' },
  { value: 'map', label: 'Map' },
];

interface GraphPaneProps {
  id: string;
  place: GraphPlace & { view: GraphView };
  /** The file that is open beside. */
  path: string | null;
}

/** Pictures of the workspace, one at a time. */
export function GraphPane({ id, place, path }: GraphPaneProps) {
  const { view, around, symbol } = place;
  return (
    <section aria-label="Graph" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex items-center gap-2 border-b border-line px-3 py-2 md:px-4">
        <Segmented
          label="Picture"
          value={view}
          onChange={(next) => showGraph({ view: next })}
          options={OPTIONS}
        />
        <span className="flex-1" />
        <IconButton icon={X} label="Close the graph" onClick={() => showGraph({ view: null })} />
      </header>
      {view === 'imports' && <ImportView id={id} around={around} path={path} />}
      {view === 'calls' && <CallView id={id} symbol={symbol} />}
      {view === 'unused' && <UnusedView id={id} />}
      {view === 'map' && <MapView id={id} />}
    </section>
  );
}

function Fetching() {
  return <p className="p-4 text-small text-ink-3">Fetching the picture</p>;
}
