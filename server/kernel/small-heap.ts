import { setFlagsFromString } from 'node:v8';

/**
 * Runs a task whose garbage does not enlarge the heap's young generation. V8 doubles it while modules load and never
 * gives it back, which an idle daemon would hold as 17 MB; afterwards it may grow as ever. Errors: the task's own.
 */
export async function inSmallHeap<Result>(task: () => Promise<Result>): Promise<Result> {
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await task();
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}
