import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROGRESS_LIMITS, type ProgressWatch, watchProgress } from './progress-watch.ts';
import { FromEngine } from './protocol.ts';

const step = (n: number) =>
  FromEngine.parse({ type: 'step', n, rows: [{ row: 'r', token_ids: [1], text: 'x' }] });
const prefill: FromEngine = { type: 'prefill', row: 'r', done: 1, total: 2, cached: 0 };
const pong = FromEngine.parse({
  ...{ type: 'pong', id: '1', rows: 1 },
  ...{ active_bytes: 0, peak_bytes: 0, cache_bytes: 0 },
});

describe('watchProgress', () => {
  let stalls: string[];
  let watch: ProgressWatch;

  beforeEach(() => {
    vi.useFakeTimers();
    stalls = [];
    watch = watchProgress({ limits: PROGRESS_LIMITS, stalled: (reason) => stalls.push(reason) });
  });

  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  it('leaves an idle engine alone', () => {
    vi.advanceTimersByTime(3_600_000);
    expect(stalls).toEqual([]);
  });

  it('notices five seconds without a step, once', () => {
    watch.setRows(1);
    watch.observe(step(1));
    vi.advanceTimersByTime(4_900);
    expect(stalls).toEqual([]);
    vi.advanceTimersByTime(20_000);
    expect(stalls).toEqual([expect.stringMatching(/no progress for 5\.\d s while decoding/)]);
  });

  it('waits for no row that was paused, and gives what is prefilled beside it its own time', () => {
    watch.setRows(1);
    watch.observe(step(1));
    watch.setRows(1, new Set(['r']));
    vi.advanceTimersByTime(3_600_000);
    watch.setRows(2, new Set(['r']));
    watch.observe(step(2));
    vi.advanceTimersByTime(50_000);
    expect(stalls).toEqual([]);
    watch.setRows(2);
    vi.advanceTimersByTime(20_000);
    expect(stalls).toHaveLength(1);
  });

  it('is not fooled by an engine that still answers pings', () => {
    watch.setRows(1);
    watch.observe(step(1));
    for (let second = 0; second < 6; second += 1) {
      vi.advanceTimersByTime(1_000);
      watch.observe(pong);
    }
    expect(stalls).toHaveLength(1);
  });

  it('gives a slow model twenty of its steps', () => {
    watch.setRows(1);
    for (let n = 0; n < 9; n += 1) {
      watch.observe(step(n));
      vi.advanceTimersByTime(1_000);
    }
    vi.advanceTimersByTime(18_000);
    expect(stalls).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(stalls).toHaveLength(1);
  });

  it('waits a minute for each piece of a long prompt', () => {
    watch.setRows(1);
    vi.advanceTimersByTime(59_000);
    watch.observe(prefill);
    vi.advanceTimersByTime(59_000);
    expect(stalls).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(stalls).toEqual([expect.stringMatching(/while prefill/)]);
  });

  it('stops waiting when the last row has ended', () => {
    watch.setRows(1);
    watch.observe(step(1));
    watch.setRows(0);
    vi.advanceTimersByTime(3_600_000);
    expect(stalls).toEqual([]);
  });

  it('does not blame the engine when the daemon itself was held up', () => {
    let time = 0;
    const own = watchProgress({
      limits: PROGRESS_LIMITS,
      stalled: (reason) => stalls.push(reason),
      now: () => time,
    });
    own.setRows(1);
    own.observe(step(1));
    time += 30_000;
    vi.advanceTimersByTime(250);
    expect(stalls).toEqual([]);
    for (let checks = 0; checks < 21; checks += 1) {
      time += 250;
      vi.advanceTimersByTime(250);
    }
    expect(stalls).toHaveLength(1);
    own.stop();
  });
});
