import { types } from 'node:util';
import { createContext, Script } from 'node:vm';

/** What a script runs. Only a script has a time limit that ends a regular expression in the middle of a text. */
const held = createContext({ work: () => undefined });
const script = new Script('work()');

/**
 * Whether `work` came to its end within so many milliseconds; otherwise it is cut off where it is, without its `finally`,
 * so it must hold nothing open. Costs about 0.3 ms. Errors: those of `work`.
 */
export function runWithin(milliseconds: number, work: () => void): boolean {
  held.work = work;
  try {
    script.runInContext(held, { timeout: milliseconds });
    return true;
  } catch (error) {
    if (isTimeUp(error)) return false;
    throw error;
  }
}

/** The error is one of the script's own world, so it is no `Error` of this one. */
function isTimeUp(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
