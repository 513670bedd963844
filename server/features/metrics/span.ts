import { z } from 'zod';

const Bytes = z.number().nullable();

/** One model in a span: tokens, the milliseconds in which they arrived, and the most its engine held. */
export const ModelSpan = z.object({
  tokens: z.number(),
  decodeMs: z.number(),
  processBytes: Bytes,
  activeBytes: Bytes,
});

/** What was measured between `at` and `at + ms`. Counts are sums, everything else is the maximum. */
export const Span = z.object({
  at: z.number(),
  ms: z.number(),
  tokens: z.number(),
  /** Milliseconds in which tokens of any model arrived. */
  decodeMs: z.number(),
  running: z.number(),
  queued: z.number(),
  answers: z.number(),
  /** Sum over the answers. */
  firstTokenSeconds: z.number(),
  promptTokens: z.number(),
  cachedTokens: z.number(),
  daemonBytes: z.number(),
  models: z.record(z.string(), ModelSpan),
});

export type ModelSpan = z.infer<typeof ModelSpan>;
export type Span = z.infer<typeof Span>;

/** Both spans as one, from the earlier's start. */
export function joinSpans(earlier: Span, later: Span): Span {
  const models = { ...earlier.models };
  for (const [id, span] of Object.entries(later.models)) {
    const before = models[id];
    models[id] = before === undefined ? span : joinModels(before, span);
  }
  return {
    at: earlier.at,
    ms: earlier.ms + later.ms,
    tokens: earlier.tokens + later.tokens,
    decodeMs: earlier.decodeMs + later.decodeMs,
    running: Math.max(earlier.running, later.running),
    queued: Math.max(earlier.queued, later.queued),
    answers: earlier.answers + later.answers,
    firstTokenSeconds: earlier.firstTokenSeconds + later.firstTokenSeconds,
    promptTokens: earlier.promptTokens + later.promptTokens,
    cachedTokens: earlier.cachedTokens + later.cachedTokens,
    daemonBytes: Math.max(earlier.daemonBytes, later.daemonBytes),
    models,
  };
}

function joinModels(earlier: ModelSpan, later: ModelSpan): ModelSpan {
  return {
    tokens: earlier.tokens + later.tokens,
    decodeMs: earlier.decodeMs + later.decodeMs,
    processBytes: larger(earlier.processBytes, later.processBytes),
    activeBytes: larger(earlier.activeBytes, later.activeBytes),
  };
}

function larger(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** Tokens per second of decoding; null where nothing was decoded. */
export function rateOf({ tokens, decodeMs }: Pick<Span, 'tokens' | 'decodeMs'>): number | null {
  return tokens > 0 && decodeMs > 0 ? (tokens / decodeMs) * 1_000 : null;
}

/** Whether anything but memory is told. */
export function isBusy({ tokens, running, queued, answers }: Span): boolean {
  return tokens + running + queued + answers > 0;
}

/** At most `limit` spans: as many neighbours joined as it takes. */
export function thin(spans: readonly Span[], limit: number): Span[] {
  const size = Math.ceil(spans.length / limit);
  if (size <= 1) return [...spans];
  const joined: Span[] = [];
  for (let start = 0; start < spans.length; start += size) {
    joined.push(spans.slice(start, start + size).reduce(joinSpans));
  }
  return joined;
}
