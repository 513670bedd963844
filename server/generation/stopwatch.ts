import type { RowFinished } from '#server/worker/row-feed.ts';
import type { GenerationTimings } from './generation.ts';

/** Times of one generation across its attempts, in seconds. */
export interface Stopwatch {
  /** The queue let it in. */
  entered(): void;
  /** The model answers; `waited` when it was not resident. */
  acquired(waited: boolean): void;
  tokens(count: number): void;
  /** An engine died: what comes later is another attempt. */
  interrupted(): void;
  result(finished: RowFinished | null): GenerationTimings;
}

export function startStopwatch(): Stopwatch {
  const arrived = performance.now();
  const since = (time: number) => (performance.now() - time) / 1_000;
  let queued = 0;
  let entered = arrived;
  let load = 0;
  let acquired = arrived;
  let prefill = 0;
  let firstToken: number | null = null;
  let firstOfAttempt: number | null = null;
  let lastToken = arrived;
  let decode = 0;
  let decoded = 0;
  let attempts = 1;

  return {
    entered() {
      queued = since(arrived);
      entered = performance.now();
    },
    acquired(waited) {
      if (waited && attempts === 1) load = since(entered);
      acquired = performance.now();
    },
    tokens(count) {
      if (count === 0) return;
      lastToken = performance.now();
      firstToken ??= since(arrived);
      if (firstOfAttempt === null) {
        firstOfAttempt = lastToken;
        prefill += (lastToken - acquired) / 1_000;
      } else {
        decoded += count;
      }
    },
    interrupted() {
      attempts += 1;
      if (firstOfAttempt !== null) decode += (lastToken - firstOfAttempt) / 1_000;
      firstOfAttempt = null;
    },
    result(finished) {
      const total = decode + (firstOfAttempt === null ? 0 : (lastToken - firstOfAttempt) / 1_000);
      const own = {
        queue: queued,
        prefill,
        decode: total,
        tokens_per_second: total > 0 ? decoded / total : 0,
      };
      const exact = finished && attempts === 1 ? finished.timings : null;
      return {
        ...(exact ?? own),
        queue: queued + (finished?.timings.queue ?? 0),
        load,
        first_token: firstToken ?? since(arrived),
      };
    },
  };
}
