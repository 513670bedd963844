import type { EndedAnswer, RunningAnswer } from '#server/generation/activity.ts';
import type { EngineMeasure } from '#server/worker/measure.ts';
import type { AnswerMetrics, EngineMetrics, MetricsPoint, MetricsSample } from './contract.ts';
import { joinSpans, rateOf, type Span } from './span.ts';

// What was measured, in the words of the contract.

/** Rates of a moment are those of this many milliseconds before it. */
const RATE_MS = 1_000;
/** No more spans than these end within that time. */
const RATE_SPANS = 20;

interface SampleParts {
  now: number;
  /** Oldest first. */
  fine: readonly Span[];
  running: readonly RunningAnswer[];
  measures: readonly EngineMeasure[];
  answers: number;
}

export function showSample({ now, fine, running, measures, answers }: SampleParts): MetricsSample {
  const recent = joinRecent(fine, now);
  // A short answer may begin and end between two samples.
  const writing = (fine.at(-1)?.tokens ?? 0) > 0 || running.some(({ state }) => state.phase === 'answering');
  const queued = running.filter(({ state }) => state.phase === 'queued' && state.position > 0);
  return {
    at: now,
    tokens_per_second: writing && recent ? (rateOf(recent) ?? 0) : 0,
    running: running.length,
    queued: queued.length,
    prefill: prefillOf(running),
    daemon_bytes: recent?.daemonBytes ?? process.memoryUsage.rss(),
    models: measures.map((measure) => showEngine(measure, { running, recent })),
    answers,
  };
}

function joinRecent(fine: readonly Span[], now: number): Span | null {
  const recent = fine.slice(-RATE_SPANS).filter(({ at, ms }) => at + ms > now - RATE_MS);
  return recent.length === 0 ? null : recent.reduce(joinSpans);
}

function prefillOf(running: readonly RunningAnswer[]): MetricsSample['prefill'] {
  const reading = running.flatMap(({ state }) => (state.phase === 'prefill' ? [state] : []));
  if (reading.length === 0) return null;
  return {
    done: reading.reduce((sum, { done }) => sum + done, 0),
    total: reading.reduce((sum, { total }) => sum + total, 0),
  };
}

function showEngine(
  { modelId, processBytes, activeBytes, peakBytes, cacheBytes }: EngineMeasure,
  { running, recent }: { running: readonly RunningAnswer[]; recent: Span | null },
): EngineMetrics {
  const own = running.filter((answer) => answer.modelId === modelId);
  const writing = own.some(({ state }) => state.phase === 'answering');
  const span = recent?.models[modelId];
  return {
    model_id: modelId,
    tokens_per_second: writing && span ? (rateOf(span) ?? 0) : 0,
    running: own.length,
    process_bytes: processBytes,
    active_bytes: activeBytes,
    peak_bytes: peakBytes,
    cache_bytes: cacheBytes,
  };
}

export function showPoint(span: Span): MetricsPoint {
  const engines = Object.values(span.models);
  return {
    at: span.at,
    ms: span.ms,
    tokens: span.tokens,
    tokens_per_second: rateOf(span),
    running: span.running,
    queued: span.queued,
    answers: span.answers,
    first_token: span.answers > 0 ? span.firstTokenSeconds / span.answers : null,
    prompt_tokens: span.promptTokens,
    cached_tokens: span.cachedTokens,
    daemon_bytes: span.daemonBytes,
    process_bytes: total(engines.map(({ processBytes }) => processBytes)),
    active_bytes: total(engines.map(({ activeBytes }) => activeBytes)),
    models: Object.fromEntries(
      Object.entries(span.models).map(([id, model]) => [id, { tokens_per_second: rateOf(model) }]),
    ),
  };
}

/** Null when none is known. */
function total(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

export function showAnswer({ id, modelId, at, finishReason, usage, timings }: EndedAnswer): AnswerMetrics {
  return {
    id,
    model_id: modelId,
    at,
    finish_reason: finishReason,
    first_token: timings.first_token,
    tokens_per_second: timings.tokens_per_second,
    prompt_tokens: usage.prompt_tokens,
    cached_tokens: usage.cached_tokens,
    completion_tokens: usage.completion_tokens,
  };
}
