/** Who is urgent goes before who is not, whenever the floor is free. */
export type Urgency = 'live' | 'run';

/** One speaks at a time: whoever holds the floor runs models, the others of this room wait. */
export interface Floor {
  /** Resolves with the function that leaves it. Rejects with the signal's reason when aborted. */
  take(urgency: Urgency, signal: AbortSignal): Promise<() => void>;
}

export function createFloor(): Floor {
  const waiting: Record<Urgency, (() => void)[]> = { live: [], run: [] };
  let taken = false;

  const leave = () => {
    const next = waiting.live.shift() ?? waiting.run.shift();
    if (next) next();
    else taken = false;
  };
  const place = () => {
    let held = true;
    return () => {
      if (held) leave();
      held = false;
    };
  };

  return {
    async take(urgency, signal) {
      signal.throwIfAborted();
      if (!taken) {
        taken = true;
        return place();
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const queue = waiting[urgency];
      queue.push(resolve);
      const abandon = () => {
        const at = queue.indexOf(resolve);
        // Granted already: the floor is left by whoever took it.
        if (at === -1) return;
        queue.splice(at, 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abandon, { once: true });
      await promise.finally(() => signal.removeEventListener('abort', abandon));
      return place();
    },
  };
}
