'use client';

import { useEffect, useState } from 'react';
import type { Layable, Positions } from './layout.ts';

/** Where the nodes are to stand, once that is known; it is found beside the page. */
export function useLayout(graph: Layable): { positions: Positions | null; failed: boolean } {
  const [placed, setPlaced] = useState<{ of: Layable; positions: Positions | null } | null>(null);
  useEffect(() => {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Positions>) => {
      setPlaced({ of: graph, positions: data });
      worker.terminate();
    });
    worker.addEventListener('error', () => setPlaced({ of: graph, positions: null }));
    worker.postMessage(graph, []);
    return () => worker.terminate();
  }, [graph]);
  if (placed?.of !== graph) return { positions: null, failed: false };
  return { positions: placed.positions, failed: placed.positions === null };
}
