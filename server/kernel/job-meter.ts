/** How fast a job goes. Milliseconds; `done` and `total` in the job's own unit. */
export interface Meter {
  total: number | null;
  add(done: number, total: number | null, now: number): void;
  last(): { done: number; total: number | null };
  /** Units a second over the last seconds; null until two reports lie apart. */
  rate(now: number): number | null;
}

const WINDOW_MS = 8000;

/** Starts at what an earlier run had done, so that a resumed job's rate counts only what it does itself. */
export function createMeter(start: { done: number; total: number | null }): Meter {
  let samples: { at: number; done: number }[] = [];
  let done = start.done;
  return {
    total: start.total,
    add(value, total, now) {
      done = value;
      this.total = total;
      samples.push({ at: now, done: value });
      if (samples.length > 512) samples = samples.filter((_, index) => index % 2 === 0);
      const kept = samples.findIndex((sample) => sample.at >= now - WINDOW_MS);
      samples = samples.slice(Math.max(0, kept - 1));
    },
    last() {
      return { done, total: this.total };
    },
    rate(now) {
      const first = samples[0];
      if (!first || now - first.at < 500) return null;
      return Math.max(0, ((done - first.done) * 1000) / (now - first.at));
    },
  };
}

/** What a person is shown of a job's speed; nulls when it does not run or cannot be told. */
export function measured(meter: Meter | undefined): { rate: number | null; secondsLeft: number | null } {
  const rate = meter?.rate(Date.now()) ?? null;
  const { done, total } = meter?.last() ?? { done: 0, total: null };
  if (rate === null || rate === 0 || total === null) return { rate, secondsLeft: null };
  return { rate, secondsLeft: Math.max(0, (total - done) / rate) };
}
