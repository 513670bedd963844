import type { Activity } from '#server/generation/activity.ts';

/** Milliseconds between two looks: an engine answers one within a step. */
const LOOK_MS = 1_000;

export interface MemoryWatch {
  /** The most bytes that the engine's process held while it was watched; null when it could not be asked. */
  end(): Promise<number | null>;
}

/** Looks at the engine of a model now and then, until `end`. */
export function watchMemory(activity: Pick<Activity, 'engines'>, modelId: string): MemoryWatch {
  let most: number | null = null;
  const look = async () => {
    const measured = (await activity.engines()).find((engine) => engine.modelId === modelId);
    const bytes = measured?.processBytes ?? measured?.activeBytes ?? null;
    if (bytes !== null) most = Math.max(most ?? 0, bytes);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    async end() {
      clearInterval(timer);
      const late = Promise.withResolvers<void>();
      const limit = setTimeout(late.resolve, LOOK_MS);
      await Promise.race([look(), late.promise]);
      clearTimeout(limit);
      return most;
    },
  };
}
