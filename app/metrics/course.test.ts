import { describe, expect, it } from 'vitest';
import type { MetricsPoint } from '#server/features/metrics/contract.ts';
import { coarseCourse, extended, fineCourse, joined } from './course.ts';

function point(at: number, tokens_per_second: number | null, ms = 100): MetricsPoint {
  const tokens = tokens_per_second === null ? 0 : 5;
  return { at, ms, tokens, tokens_per_second } as MetricsPoint;
}

describe('the course of decoding', () => {
  it('is smoothed over a second, and zero while idle', () => {
    const points = [point(1_000, 100), point(1_100, 200), point(1_200, null)];
    expect(fineCourse(points)).toEqual({ times: [1, 1.1, 1.2], values: [100, 150, 0] });
  });

  it('is interrupted where nothing was kept for long', () => {
    const points = [point(0, 50, 1_000), point(1_000, 60, 1_000), point(9_000, 70, 1_000)];
    expect(coarseCourse(points)).toEqual({ times: [0, 1, 2, 9], values: [50, 60, null, 70] });
  });

  it('moves on: two minutes of it are shown', () => {
    const course = extended({ times: [1, 2], values: [10, 20] }, 121_500, 30);
    expect(course).toEqual({ times: [2, 121.5], values: [20, 30] });
  });

  it('goes over from what was kept to what is heard, without doubling a moment', () => {
    const kept = { times: [1, 100, 101, 102], values: [1, 2, 3, 4] };
    const heard = { times: [101.5, 125], values: [30, 50] };
    expect(joined(kept, heard)).toEqual({ times: [100, 101, 101.5, 125], values: [2, 3, 30, 50] });
  });
});
