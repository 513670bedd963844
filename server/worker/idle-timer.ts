export interface IdleTimer {
  /** Looks again at who is due when. Cheap: call it after every change. */
  arm(): void;
  stop(): void;
}

interface IdleTimerOptions {
  /** Milliseconds since 1970 when the next model is due; null when none will be. */
  nextDue(): number | null;
  expire(): void;
}

/** One timer for all models: it wakes when the one that is due first may be, and is armed again from there. */
export function createIdleTimer({ nextDue, expire }: IdleTimerOptions): IdleTimer {
  let timer: NodeJS.Timeout | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;

  const stop = () => {
    clearTimeout(timer);
    wakesAt = Number.POSITIVE_INFINITY;
  };

  const arm = () => {
    const due = nextDue();
    // Waking too early costs a look; an answer a second must not cost a timer each.
    if (due === null || wakesAt <= due) return;
    stop();
    wakesAt = due;
    timer = setTimeout(
      () => {
        stop();
        expire();
        arm();
      },
      Math.max(0, due - Date.now()),
    ).unref();
  };

  return { arm, stop };
}
