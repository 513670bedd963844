export interface Notices {
  /** Tells the listeners, once for all changes of one turn of the event loop. */
  changed(): void;
  /** Returns the listener's own removal. */
  onChange(listener: () => void): () => void;
}

export function createNotices(): Notices {
  const listeners = new Set<() => void>();
  let scheduled = false;
  return {
    changed() {
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        for (const listener of listeners) listener();
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
