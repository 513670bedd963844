import type { HighlightedGroup, HighlightRequest } from './highlight.worker.ts';

type OnGroup = (group: number, lines: number[][]) => void;

let worker: Worker | undefined;
let requests = 0;
const waiting = new Map<number, OnGroup>();

/** Colours code in a thread of its own; `onGroup` hears each group as it is ready, until the returned function is called. */
export function highlight(grammar: string, groups: readonly string[], onGroup: OnGroup): () => void {
  worker ??= start();
  requests += 1;
  const id = requests;
  waiting.set(id, (group, lines) => {
    if (group === groups.length - 1) waiting.delete(id);
    onGroup(group, lines);
  });
  worker.postMessage({ id, grammar, groups } satisfies HighlightRequest, []);
  return () => void waiting.delete(id);
}

function start(): Worker {
  const made = new Worker(new URL('./highlight.worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener('message', (event: MessageEvent<HighlightedGroup>) => {
    const { id, group, lines } = event.data;
    waiting.get(id)?.(group, lines);
  });
  return made;
}
