'use client';

import { Network } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { showGraph, useGraphPlace } from './graph-place.ts';

/** Shows pictures of the workspace in the place of its search, or the search again. */
export function GraphButton() {
  const { view } = useGraphPlace();
  return (
    <Button
      icon={Network}
      aria-pressed={view !== null}
      onClick={() => showGraph({ view: view === null ? 'imports' : null })}
    >
      <span className="max-sm:sr-only">Graph</span>
    </Button>
  );
}
