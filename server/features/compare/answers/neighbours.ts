import type { Activity } from '#server/generation/activity.ts';

type Watched = Pick<Activity, 'running' | 'onStart' | 'onEnd'>;

/** How long an answer that is to be measured waits for others to end. */
const PATIENCE_MS = 120_000;

/** Notices whether anything else runs beside the answer `id` from here on; the returned function ends that and tells. */
export function watchNeighbours(activity: Watched, id: string): () => boolean {
  const others = () => activity.running().some((answer) => answer.id !== id);
  let alone = !others();
  const unwatch = activity.onStart(() => {
    if (others()) alone = false;
  });
  return () => {
    unwatch();
    return alone;
  };
}

/** Resolves with true when no model writes; with false when that took too long. Rejects with the signal's reason. */
export async function untilQuiet(
  activity: Watched,
  signal: AbortSignal,
  patience = PATIENCE_MS,
): Promise<boolean> {
  signal.throwIfAborted();
  if (activity.running().length === 0) return true;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const unwatch = activity.onEnd(() => {
    if (activity.running().length === 0) resolve(true);
  });
  const timer = setTimeout(() => resolve(false), patience);
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  return promise.finally(() => {
    unwatch();
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  });
}
