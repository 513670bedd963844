import type { MetricsPoint } from '#server/features/metrics/contract.ts';

/** Times in seconds since 1970 and a value each; null interrupts the line. */
export interface Course {
  times: number[];
  values: (number | null)[];
}

export const EMPTY: Course = { times: [], values: [] };

/** Tenths of a second are smoothed over this many. */
const SMOOTHED = 10;
/** Spans that may be missing before the line is interrupted. */
const GAP = 3;
const FINE_MS = 120_000;

/** Tokens per second over spans as they were measured; idle spans are zero. */
export function fineCourse(points: MetricsPoint[]): Course {
  const rates = points.map((point) => point.tokens_per_second ?? 0);
  return {
    times: points.map(({ at }) => at / 1_000),
    values: points.map(({ tokens }, index) => {
      if (tokens === 0) return 0;
      const recent = rates.slice(Math.max(0, index - SMOOTHED + 1), index + 1).filter((rate) => rate > 0);
      return recent.reduce((sum, rate) => sum + rate, 0) / Math.max(1, recent.length);
    }),
  };
}

/** Tokens per second over longer spans: where nothing was written there is no speed. */
export function coarseCourse(points: MetricsPoint[]): Course {
  const course: Course = { times: [], values: [] };
  let end = Number.POSITIVE_INFINITY;
  for (const { at, ms, tokens_per_second } of points) {
    if (at > end + GAP * ms) push(course, end, null);
    push(course, at, tokens_per_second);
    end = at + ms;
  }
  return course;
}

/** With one more moment, and without what is older than two minutes. */
export function extended({ times, values }: Course, at: number, value: number): Course {
  const from = times.findIndex((time) => time >= (at - FINE_MS) / 1_000);
  const first = from === -1 ? times.length : from;
  return { times: [...times.slice(first), at / 1_000], values: [...values.slice(first), value] };
}

/** The earlier course up to where the later begins, then the later; two minutes of both. */
export function joined(earlier: Course, later: Course): Course {
  const begins = later.times[0] ?? Number.POSITIVE_INFINITY;
  const from = (later.times.at(-1) ?? earlier.times.at(-1) ?? 0) - FINE_MS / 1_000;
  const kept = earlier.times.flatMap((time, index) => (time >= from && time < begins ? [index] : []));
  return {
    times: [...kept.map((index) => earlier.times[index] ?? 0), ...later.times],
    values: [...kept.map((index) => earlier.values[index] ?? null), ...later.values],
  };
}

function push({ times, values }: Course, at: number, value: number | null): void {
  times.push(at / 1_000);
  values.push(value);
}
