import type { Activity, DecodeTotals, EndedAnswer } from '#server/generation/activity.ts';
import type { EngineMeasure } from '#server/worker/measure.ts';
import type { ModelSpan, Span } from './span.ts';

interface SamplerOptions {
  activity: Activity;
  /** Whether somebody watches: memory is then asked for as often as samples are taken. */
  watched(): boolean;
  /** After each sample. */
  sampled(span: Span): void;
}

export interface Sampler {
  start(): void;
  stop(): void;
  /** What each engine held when it was last asked. */
  engines(): readonly EngineMeasure[];
}

/** Milliseconds between samples: while something is generated, while idle and watched, while idle. */
const BUSY_MS = 100;
const WATCHED_MS = 1_000;
const IDLE_MS = 5_000;
/** How often memory is asked for when nobody watches: it is the dear part of a sample. */
const MEASURE_MS = 1_000;

/** Measures ten times a second while something is generated, and seldom otherwise. */
export function createSampler({ activity, watched, sampled }: SamplerOptions): Sampler {
  const tally = createTally(activity);
  let measures: readonly EngineMeasure[] = [];
  let daemonBytes = process.memoryUsage.rss();
  let measuredAt = 0;
  let measuring = false;
  let timer: NodeJS.Timeout | undefined;
  let takenAt = Date.now();
  let stops: (() => void)[] = [];

  const measure = async () => {
    measuring = true;
    measuredAt = Date.now();
    daemonBytes = process.memoryUsage.rss();
    measures = await activity.engines();
    measuring = false;
  };

  const count = () => {
    const now = Date.now();
    const span = tally.span({ from: takenAt, to: now, measures, daemonBytes });
    takenAt = now;
    sampled(span);
  };

  const take = () => {
    // An engine in a long prefill answers late: it is not asked again before.
    const due = Date.now() - measuredAt >= (watched() ? BUSY_MS / 2 : MEASURE_MS);
    if (due && !measuring) void measure();
    count();
    const idle = watched() ? WATCHED_MS : IDLE_MS;
    timer = setTimeout(take, activity.running().length > 0 ? BUSY_MS : idle).unref();
  };

  const takeNow = () => {
    clearTimeout(timer);
    take();
  };

  return {
    engines: () => measures,
    start() {
      stops = [
        activity.onStart(() => {
          // The sample before the first token; with others running the rhythm is there already.
          if (activity.running().length === 1) takeNow();
        }),
        activity.onEnd(tally.ended),
      ];
      take();
    },
    stop() {
      clearTimeout(timer);
      count();
      for (const stop of stops) stop();
      stops = [];
    },
  };
}

interface SpanParts {
  from: number;
  to: number;
  measures: readonly EngineMeasure[];
  daemonBytes: number;
}

/** Turns totals that only grow into what happened in each span. */
function createTally(activity: Activity) {
  let before: DecodeTotals = { ...activity.total() };
  let modelsBefore = new Map<string, DecodeTotals>();
  let ended: EndedAnswer[] = [];

  return {
    ended: (answer: EndedAnswer) => void ended.push(answer),
    span({ from, to, measures, daemonBytes }: SpanParts): Span {
      const total = { ...activity.total() };
      const models = new Map(Array.from(activity.byModel(), ([id, totals]) => [id, { ...totals }]));
      const answers = activity.running();
      const span: Span = {
        at: from,
        ms: to - from,
        ...growth(total, before),
        running: answers.length,
        queued: answers.filter(({ state }) => state.phase === 'queued' && state.position > 0).length,
        answers: ended.length,
        firstTokenSeconds: sum(ended, ({ timings }) => timings.first_token),
        promptTokens: sum(ended, ({ usage }) => usage.prompt_tokens),
        cachedTokens: sum(ended, ({ usage }) => usage.cached_tokens),
        daemonBytes,
        models: modelSpans({ models, modelsBefore, measures }),
      };
      before = total;
      modelsBefore = models;
      ended = [];
      return span;
    },
  };
}

interface ModelSpansParts {
  models: Map<string, DecodeTotals>;
  modelsBefore: Map<string, DecodeTotals>;
  measures: readonly EngineMeasure[];
}

/** Models that hold memory or have written in the span. */
function modelSpans({ models, modelsBefore, measures }: ModelSpansParts): Record<string, ModelSpan> {
  const spans: Record<string, ModelSpan> = {};
  for (const { modelId, processBytes, activeBytes } of measures) {
    spans[modelId] = { tokens: 0, decodeMs: 0, processBytes, activeBytes };
  }
  for (const [id, totals] of models) {
    const grown = growth(totals, modelsBefore.get(id) ?? { tokens: 0, ms: 0 });
    if (grown.tokens === 0) continue;
    spans[id] = { ...(spans[id] ?? { processBytes: null, activeBytes: null }), ...grown };
  }
  return spans;
}

function growth(now: DecodeTotals, before: DecodeTotals): Pick<Span, 'tokens' | 'decodeMs'> {
  return { tokens: now.tokens - before.tokens, decodeMs: now.ms - before.ms };
}

function sum<Item>(items: Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
