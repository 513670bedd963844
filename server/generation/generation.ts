import type { ErrorCode } from '#server/kernel/errors.ts';
import type { CacheReceipt, FinishReason, Sampling, Timings, Usage } from '#server/worker/protocol.ts';

export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** One run of a model. `id` is the message the answer belongs to. */
export interface GenerationRequest {
  id: string;
  modelId: string;
  messages: PromptMessage[];
  sampling: Sampling;
  /** The answer so far when it goes on after an interruption or a length stop. */
  resume: { tokenIds: number[]; text: string; seq: number } | null;
}

/** Where a running generation is, as the thread shows it. */
export type GenerationState =
  | { phase: 'queued'; position: number }
  | { phase: 'loading'; fraction: number; stage: string }
  | { phase: 'prefill'; done: number; total: number; cached: number }
  | { phase: 'answering' }
  | { phase: 'restarting'; attempt: number; reason: string };

/** A piece of the answer. `seq` grows by one; `tokens` counts completion tokens so far. */
export interface Delta {
  seq: number;
  text: string;
  tokenIds: number[];
  tokens: number;
}

export interface GenerationResult {
  finishReason: FinishReason;
  usage: Usage;
  timings: GenerationTimings;
  /** What the engine did not have to prefill; null when none told. */
  cache: CacheReceipt | null;
  seed: number;
  error: { code: ErrorCode; message: string; details?: Record<string, unknown> } | null;
}

/** Seconds. `first_token` counts from the request's arrival, model load included; `load` is 0 when resident. */
export interface GenerationTimings extends Timings {
  load: number;
  first_token: number;
}

/** Who started a generation hears of it here. Calls come in order; `finished` is the last, exactly once. */
export interface GenerationSink {
  admitted(event: { promptTokens: number; seed: number; modelHash: string }): void;
  state(state: GenerationState): void;
  /** At most one per 16-33 ms. */
  delta(delta: Delta): void;
  /** 10-20 times a second while tokens arrive, and once before `finished`: everything since the last call. */
  journal(piece: Delta): void;
  /** An engine died under the answer; it goes on by itself after a restart. */
  interrupted(reason: string): void;
  finished(result: GenerationResult): void;
}

export interface TokenCount {
  /** Prompt tokens with the model's chat template, exactly what a send would prefill. */
  tokens: number;
  perMessage: number[];
  textTokens: number;
  contextWindow: number;
}

/** Runs generations on engines. Owns streaming, the journal's rhythm, and resuming after an engine's death. */
export interface Generations {
  start(request: GenerationRequest, sink: GenerationSink): void;
  /** True when it was running; the sink hears `finished` with `cancelled`. */
  stop(id: string): boolean;
  running(id: string): boolean;
  /** What follows `after` of a running generation, for a browser that reconnects. */
  live(
    id: string,
    after: number,
  ): { seq: number; text: string; tokens: number; state: GenerationState } | undefined;
  /** Errors: not_found (model), model_invalid, engine_unavailable. Loads the model when it is not resident. */
  count(modelId: string, messages: PromptMessage[], text?: string): Promise<TokenCount>;
  /** Stops taking work, lets journals flush, leaves running answers resumable. */
  close(): Promise<void>;
}
