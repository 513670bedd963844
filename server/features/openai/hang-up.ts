import type { Context } from 'hono';
import { AppError } from '#server/kernel/errors.ts';

/** Calls `act` when the client of this request closes its connection before the answer's end; returns what does it by hand. */
export function onHangUp(c: Context, act: (reason: AppError) => void): () => void {
  const { signal } = c.req.raw;
  const left = () => act(new AppError('conflict', 'The client hung up.'));
  if (signal.aborted) left();
  else signal.addEventListener('abort', left, { once: true });
  return left;
}

/** Aborted when the client hangs up. */
export function hangUpSignal(c: Context): AbortSignal {
  const controller = new AbortController();
  onHangUp(c, (reason) => controller.abort(reason));
  return controller.signal;
}
