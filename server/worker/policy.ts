import { AppError } from '#server/kernel/errors.ts';

/** How the pool may use memory. Survives a restart only where its owner keeps it. */
export interface MemoryPolicy {
  /** Bytes that models may hold together; null for the default. */
  budgetBytes: number | null;
  /** Milliseconds without use after which a model leaves; 0 for never. */
  idleMs: number;
  /** Models that neither a load nor idleness sends away. */
  pinned: ReadonlySet<string>;
  /** Whether engines leave caches of prompts on the disk, and how many bytes at most; null for the engine's own limit. */
  keepPromptCaches: boolean;
  promptCacheBytes: number | null;
}

export const DEFAULT_POLICY: MemoryPolicy = {
  budgetBytes: null,
  idleMs: 30 * 60_000,
  pinned: new Set(),
  keepPromptCaches: true,
  promptCacheBytes: null,
};

/** Below this not even the smallest model and its process fit. */
export const MIN_BUDGET_BYTES = 256 * 2 ** 20;
export const MAX_IDLE_MS = 7 * 24 * 60 * 60_000;

/** Errors: invalid_request, with the numbers, for a policy that makes no sense on this machine. */
export function checkPolicy({ budgetBytes, idleMs }: MemoryPolicy, totalBytes: number): void {
  const tooSmall = budgetBytes !== null && !(budgetBytes >= MIN_BUDGET_BYTES);
  if (tooSmall || (budgetBytes !== null && budgetBytes > totalBytes)) {
    throw new AppError(
      'invalid_request',
      `Models may have between ${gigabytes(MIN_BUDGET_BYTES)} and the ${gigabytes(totalBytes)} of this machine.`,
      {
        details: {
          field: 'budget_bytes',
          budget_bytes: budgetBytes,
          least_bytes: MIN_BUDGET_BYTES,
          total_bytes: totalBytes,
        },
      },
    );
  }
  if (!(idleMs >= 0 && idleMs <= MAX_IDLE_MS)) {
    throw new AppError(
      'invalid_request',
      'A model leaves after 0 minutes (never) to 10,080 minutes (a week) without use.',
      { details: { field: 'idle_minutes' } },
    );
  }
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GB`;
}
