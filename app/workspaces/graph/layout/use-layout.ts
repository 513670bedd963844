'use client';

import { useEffect, useState } from 'react';
import type { Layable, Positions } from './layout.ts';

/** Where the nodes are to stand, once that is known; it is found beside the page. */
export function useLayout(graph: Layable): { positions: Positions | null; failed: boolean } {
  const [placed, setPlaced] = useState<{ of: Layable; positions: Positions | null } | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    const settle = (positions: Positions | null) => {
      if (!ending.signal.aborted) setPlaced({ of: graph, positions });
    };
    layOut(graph, ending.signal).then(settle, () => settle(null));
    return () => ending.abort();
  }, [graph]);
  if (placed?.of !== graph) return { positions: null, failed: false };
  return { positions: placed.positions, failed: placed.positions === null };
}

/** Finds the places in a thread of its own, which an abort ends. Errors: when they cannot be found, or were aborted. */
export function layOut(graph: Layable, signal?: AbortSignal): Promise<Positions> {
  const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<Positions>();
  worker.addEventListener('message', ({ data }: MessageEvent<Positions>) => resolve(data));
  worker.addEventListener('error', () => reject(new Error('The picture could not be laid out.')));
  signal?.addEventListener('abort', () => reject(new Error('The picture is not wanted any more.')));
  worker.postMessage(graph, []);
  return promise.finally(() => worker.terminate());
}
