import { createRoute, z } from '@hono/zod-openapi';
import { okJson } from '#server/kernel/contract.ts';

export type { MetricsApi } from './metrics.ts';

/** What one engine holds; null until it has answered. Bytes. */
export const EngineMetrics = z
  .object({
    model_id: z.string(),
    tokens_per_second: z.number(),
    /** Answers it writes or reads prompts for. */
    running: z.number(),
    /** As the system counts: weights, Python and all. */
    process_bytes: z.number().nullable(),
    /** As MLX counts: arrays in use, the most they ever were, and freed ones kept for the next. */
    active_bytes: z.number().nullable(),
    peak_bytes: z.number().nullable(),
    cache_bytes: z.number().nullable(),
  })
  .openapi('EngineMetrics');

/** The state of things at a moment. Rates are those of the last second. */
export const MetricsSample = z
  .object({
    at: z.number(),
    tokens_per_second: z.number(),
    running: z.number(),
    queued: z.number(),
    /** Prompt tokens read and to be read, of all prompts that are being read. */
    prefill: z.object({ done: z.number(), total: z.number() }).nullable(),
    daemon_bytes: z.number(),
    models: z.array(EngineMetrics),
    /** Ends of answers since the daemon started: whoever holds the recent ones knows when to ask again. */
    answers: z.number(),
  })
  .openapi('MetricsSample');

/** One answer that ended. Seconds; `first_token` counts from the request, model load included. */
export const AnswerMetrics = z
  .object({
    id: z.string(),
    model_id: z.string(),
    at: z.number(),
    finish_reason: z.string(),
    first_token: z.number(),
    tokens_per_second: z.number(),
    prompt_tokens: z.number(),
    cached_tokens: z.number(),
    completion_tokens: z.number(),
  })
  .openapi('AnswerMetrics');

/** Means and maxima over `ms` milliseconds from `at`. Null where nothing of the kind happened. */
export const MetricsPoint = z
  .object({
    at: z.number(),
    ms: z.number(),
    tokens: z.number(),
    tokens_per_second: z.number().nullable(),
    running: z.number(),
    queued: z.number(),
    answers: z.number(),
    /** Seconds, mean of the answers that ended. */
    first_token: z.number().nullable(),
    prompt_tokens: z.number(),
    cached_tokens: z.number(),
    daemon_bytes: z.number(),
    /** Of all engines together. */
    process_bytes: z.number().nullable(),
    active_bytes: z.number().nullable(),
    models: z.record(z.string(), z.object({ tokens_per_second: z.number().nullable() })),
  })
  .openapi('MetricsPoint');

export const metricsRoutes = {
  /**
   * Oldest first, at most 600 points. `fine`: tenths of a second of the last two minutes; `second`: of an hour (busy ones
   * only); `minute`: of a day; `quarter` of an hour: of 30 days.
   */
  history: createRoute({
    method: 'get',
    path: '/metrics/history',
    tags: ['metrics'],
    request: { query: z.object({ detail: z.enum(['fine', 'second', 'minute', 'quarter']).default('fine') }) },
    responses: okJson(
      z.object({
        points: z.array(MetricsPoint),
        /** Newest last, at most 50 since the daemon started. */
        answers: z.array(AnswerMetrics),
        now: MetricsSample,
      }),
    ),
  }),
};

export type EngineMetrics = z.infer<typeof EngineMetrics>;
export type MetricsSample = z.infer<typeof MetricsSample>;
export type AnswerMetrics = z.infer<typeof AnswerMetrics>;
export type MetricsPoint = z.infer<typeof MetricsPoint>;

/** Topic `metrics`: ten times a second while something is generated, else every few seconds. */
export interface MetricsEvents {
  'metrics.sample': (sample: MetricsSample) => void;
}
