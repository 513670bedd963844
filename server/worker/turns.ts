export interface Turn {
  granted: Promise<void>;
  leave(): void;
}

/** Lets one load run at a time, so that each sees how much memory the one before it really took. */
export function createTurns(): { enter(): Turn } {
  let last: Promise<void> = Promise.resolve();
  return {
    enter() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const granted = last;
      last = Promise.all([granted, promise]).then(() => undefined);
      return { granted, leave: resolve };
    },
  };
}
