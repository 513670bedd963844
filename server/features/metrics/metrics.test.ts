import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { createActivity } from '#server/generation/activity.ts';
import { createDecay, KEPT, KEPT_FINE, MINUTE, QUARTER, SECOND, type Step } from './decay.ts';
import { createSampler } from './sampler.ts';
import { joinSpans, rateOf, type Span, thin } from './span.ts';
import { createMetricsStore, type MetricsStore } from './store.ts';

let database: Database;
let store: MetricsStore;

beforeEach(() => {
  database = openTestDatabase();
  store = createMetricsStore(database);
});

afterEach(() => database.close());

const START = 1_800_000_000_000;

function span(at: number, changes: Partial<Span> = {}): Span {
  return {
    ...{ at, ms: 100, tokens: 5, decodeMs: 50, running: 1, queued: 0, answers: 0, firstTokenSeconds: 0 },
    ...{ promptTokens: 0, cachedTokens: 0, daemonBytes: 100 },
    models: { guide: { tokens: 5, decodeMs: 50, processBytes: 7, activeBytes: null } },
    ...changes,
  };
}

describe('decaying detail', () => {
  function run(milliseconds: number, changes: Partial<Span> = {}) {
    const decay = createDecay({ keep: (step, kept) => store.keep(step, kept) });
    for (let at = START; at < START + milliseconds; at += 100) decay.add(span(at, changes));
    return decay;
  }

  it('loses no token on the way from tenths of a second to quarters of an hour', () => {
    const decay = run(16 * MINUTE);
    decay.flush();
    for (const step of [SECOND, MINUTE, QUARTER] as Step[]) {
      const kept = store.list(step);
      expect(kept).toHaveLength(Math.ceil((16 * MINUTE) / step));
      expect(kept.reduce((sum, { tokens }) => sum + tokens, 0)).toBe((16 * MINUTE * 5) / 100);
      expect(kept.every((one) => one.at % step === 0 && rateOf(one) === 100)).toBe(true);
    }
  });

  it('holds two minutes as they were measured, and no more', () => {
    const fine = run(3 * MINUTE).fine();
    expect(fine).toHaveLength(KEPT_FINE / 100 + 1);
    expect(fine.at(-1)?.at).toBe(START + 3 * MINUTE - 100);
  });

  it('keeps no idle second, but every idle minute', () => {
    run(2 * MINUTE, { tokens: 0, decodeMs: 0, running: 0, models: {} }).flush();
    expect(store.list(SECOND)).toEqual([]);
    expect(store.list(MINUTE)).toHaveLength(2);
  });

  it('goes on with the minute in which the daemon was restarted', () => {
    for (let restart = 0; restart < 2; restart += 1) run(SECOND).flush();
    expect(store.list(MINUTE)).toMatchObject([{ at: START, tokens: 100, ms: 2 * SECOND }]);
  });

  it('tells of the minute in progress, once', () => {
    run(SECOND).flush();
    const decay = run(2 * SECOND);
    expect(decay.upToNow(MINUTE, store.list(MINUTE))).toMatchObject([{ at: START, ms: 3 * SECOND }]);
    expect(decay.upToNow(MINUTE, [])).toMatchObject([{ at: START, ms: 2 * SECOND }]);
  });

  it('forgets what is older than is kept', () => {
    for (const step of [SECOND, MINUTE, QUARTER] as Step[]) {
      store.keep(step, span(START));
      store.keep(step, span(START + KEPT[step]));
      store.prune(START + KEPT[step] + 1);
      expect(store.list(step).map(({ at }) => at)).toEqual([START + KEPT[step]]);
    }
  });

  it('passes over rows of another version', () => {
    store.keep(MINUTE, span(START));
    database.stream.$client.prepare(`update metric_spans set span = '{"tokens":"many"}'`).run();
    expect(store.list(MINUTE)).toEqual([]);
  });
});

describe('samples', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const memory = { budgetBytes: 0, defaultBudgetBytes: 0, residentBytes: 0, totalBytes: 0, idleMs: 0 };

  it('are taken ten times a second while an answer is written, and every five seconds otherwise', async () => {
    const activity = createActivity({ measure: async () => [], memory: () => memory, list: () => [] });
    const sampled: Span[] = [];
    const sampler = createSampler({ activity, watched: () => false, sampled: (one) => sampled.push(one) });
    sampler.start();
    await vi.advanceTimersByTimeAsync(20 * SECOND);
    expect(sampled.splice(0)).toHaveLength(5);
    const answer = activity.observe({ id: 'answer', modelId: 'guide' });
    for (let tenth = 0; tenth < 30; tenth += 1) {
      answer.delta(4);
      await vi.advanceTimersByTimeAsync(100);
    }
    sampler.stop();
    expect(sampled.slice(1, -1).map(({ ms, tokens }) => [ms, tokens])).toEqual(
      Array.from({ length: 30 }, () => [100, 4]),
    );
  });

  it.each([
    { how: 'once a second', watched: false, least: 10, most: 11 },
    { how: 'at each sample while somebody watches', watched: true, least: 90, most: 110 },
  ])('ask an engine for its memory $how', async ({ watched, least, most }) => {
    const asked = vi.fn(async () => []);
    const activity = createActivity({ measure: asked, memory: () => memory, list: () => [] });
    const sampled = vi.fn();
    const sampler = createSampler({ activity, watched: () => watched, sampled });
    activity.observe({ id: 'answer', modelId: 'guide' });
    sampler.start();
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    sampler.stop();
    expect(sampled.mock.calls.length).toBeGreaterThan(100);
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(least);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(most);
  });
});

describe('joined spans', () => {
  it('add what is counted and keep the largest of the rest', () => {
    const later = span(START + 100, { running: 3, daemonBytes: 50, answers: 1, firstTokenSeconds: 0.5 });
    expect(joinSpans(span(START), later)).toMatchObject({
      ...{ at: START, ms: 200, tokens: 10, decodeMs: 100, running: 3, daemonBytes: 100, answers: 1 },
      models: { guide: { tokens: 10, processBytes: 7, activeBytes: null } },
    });
  });

  it('have no rate where nothing was decoded', () => {
    expect(rateOf({ tokens: 0, decodeMs: 0 })).toBeNull();
  });

  it('are as many as a chart can show', () => {
    const spans = Array.from({ length: 3_600 }, (_, index) => span(START + index * SECOND));
    const joined = thin(spans, 600);
    expect(joined).toHaveLength(600);
    expect(joined.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(3_600 * 5);
  });
});
