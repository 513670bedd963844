import type { Log } from '#server/kernel/log.ts';
import type { Engine } from './engine.ts';

/** One engine process without a model, its imports done, waiting for the next load. */
export interface Spare {
  /** Starts one unless it is there. */
  warm(): void;
  /** The spare, or a fresh engine. Errors: engine_unavailable. */
  take(): Promise<Engine>;
  close(): Promise<void>;
}

export function createSpare(launch: () => Promise<Engine>, log: Log): Spare {
  let waiting: Promise<Engine | null> | null = null;
  let closed = false;

  /** Forgets a spare that could not start or that died. */
  const watch = async (spare: Promise<Engine | null>) => {
    await (await spare)?.exit;
    if (waiting === spare) waiting = null;
  };

  return {
    warm() {
      if (closed || waiting) return;
      const spare = launch().catch((error: unknown) => {
        log.warn({ err: error }, 'the spare engine did not start');
        return null;
      });
      waiting = spare;
      void watch(spare);
    },
    async take() {
      const spare = waiting;
      waiting = null;
      return (await spare) ?? launch();
    },
    async close() {
      closed = true;
      const spare = waiting;
      waiting = null;
      await (await spare)?.end();
    },
  };
}
