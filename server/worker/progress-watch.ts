import type { FromEngine } from './protocol.ts';

/** Milliseconds; how long an engine may be silent while it has work. */
export interface ProgressLimits {
  /** While a row decodes: this, or `stepFactor` median steps when that is longer. */
  stepMs: number;
  stepFactor: number;
  /** While rows wait or are prefilled. */
  prefillMs: number;
  loadMs: number;
}

export const PROGRESS_LIMITS: ProgressLimits = {
  stepMs: 5_000,
  stepFactor: 20,
  prefillMs: 60_000,
  loadMs: 300_000,
};

export interface ProgressWatch {
  /** Every frame the engine sends. */
  observe(frame: FromEngine): void;
  /** `paused` are those of them from which nothing is expected. */
  setRows(active: number, paused?: ReadonlySet<string>): void;
  setLoading(loading: boolean): void;
  stop(): void;
}

interface WatchOptions {
  limits: ProgressLimits;
  /** Once. */
  stalled(reason: string): void;
  now?: () => number;
}

const CHECK_MS = 250;
const REMEMBERED_STEPS = 64;

/**
 * Notices an engine that is alive but makes no progress: a wedged `eval` cannot be seen in any other way
 * (mlx-lm#1834), since its IO thread goes on answering pings.
 */
export function watchProgress(options: WatchOptions): ProgressWatch {
  const now = options.now ?? (() => performance.now());
  const { limits } = options;
  const steps: number[] = [];
  const decoding = new Set<string>();
  let paused: ReadonlySet<string> = new Set();
  let rows = 0;
  let loading = false;
  let last = now();
  let lastStep: number | null = null;
  let lastCheck = 0;
  let timer: NodeJS.Timeout | null = null;

  const isDecoding = () => [...decoding].some((row) => !paused.has(row));

  const limit = () => {
    if (loading) return limits.loadMs;
    if (!isDecoding()) return limits.prefillMs;
    return Math.max(limits.stepMs, limits.stepFactor * median(steps));
  };

  const check = () => {
    const time = now();
    // When this process itself was held up, frames that arrived meanwhile have not been read yet.
    const late = Math.max(0, time - lastCheck - CHECK_MS);
    last += late;
    lastCheck = time;
    if (time - last <= limit()) return;
    stopTimer();
    const what = loading ? 'loading' : isDecoding() ? 'decoding' : 'prefill';
    options.stalled(`made no progress for ${((time - last) / 1000).toFixed(1)} s while ${what}`);
  };

  const stopTimer = () => {
    if (timer) clearInterval(timer);
    timer = null;
  };

  const update = () => {
    const busy = loading || rows > 0;
    if (busy && !timer) {
      last = lastCheck = now();
      timer = setInterval(check, CHECK_MS).unref();
    } else if (!busy) {
      stopTimer();
      lastStep = null;
      decoding.clear();
    }
  };

  return {
    observe(frame) {
      if (frame.type === 'finished') decoding.delete(frame.row);
      if (frame.type === 'step') {
        for (const { row } of frame.rows) decoding.add(row);
        const time = now();
        if (lastStep !== null) remember(steps, time - lastStep);
        lastStep = time;
      }
      if (frame.type !== 'pong' && frame.type !== 'counted') last = now();
    },
    setRows(active, aside = new Set()) {
      rows = active - aside.size;
      paused = aside;
      update();
    },
    setLoading(value) {
      loading = value;
      last = now();
      update();
    },
    stop: stopTimer,
  };
}

function remember(steps: number[], duration: number): void {
  steps.push(duration);
  if (steps.length > REMEMBERED_STEPS) steps.shift();
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
