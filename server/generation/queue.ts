/** Waits for one of `size` places per key, first come first served. */
export interface RowQueue {
  /**
   * Resolves with the function that leaves the place. `moved` hears the position whenever it changes: 1 is next.
   * Rejects with the signal's reason when aborted.
   */
  enter(key: string, signal: AbortSignal, moved: (position: number) => void): Promise<() => void>;
}

interface Waiter {
  grant(): void;
  moved(position: number): void;
}

export function createRowQueue(size: number): RowQueue {
  const taken = new Map<string, number>();
  const waiting = new Map<string, Waiter[]>();

  const tellPositions = (queue: Waiter[]) => {
    for (const [index, waiter] of queue.entries()) waiter.moved(index + 1);
  };

  const leave = (key: string) => {
    const queue = waiting.get(key) ?? [];
    const next = queue.shift();
    if (next) {
      next.grant();
      tellPositions(queue);
      return;
    }
    const left = (taken.get(key) ?? 1) - 1;
    if (left > 0) taken.set(key, left);
    else taken.delete(key);
  };

  const place = (key: string) => {
    let held = true;
    return () => {
      if (held) leave(key);
      held = false;
    };
  };

  return {
    async enter(key, signal, moved) {
      signal.throwIfAborted();
      const used = taken.get(key) ?? 0;
      if (used < size) {
        taken.set(key, used + 1);
        return place(key);
      }
      const queue = waiting.get(key) ?? [];
      waiting.set(key, queue);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter: Waiter = { grant: resolve, moved };
      const abandon = () => {
        const index = queue.indexOf(waiter);
        // Granted already: the place is left by whoever entered.
        if (index === -1) return;
        queue.splice(index, 1);
        tellPositions(queue);
        reject(signal.reason);
      };
      queue.push(waiter);
      moved(queue.length);
      signal.addEventListener('abort', abandon, { once: true });
      await promise.finally(() => signal.removeEventListener('abort', abandon));
      return place(key);
    },
  };
}
