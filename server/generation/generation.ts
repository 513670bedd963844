import type { ErrorCode } from '#server/kernel/errors.ts';
import type { EngineClient, GenerateRequest } from '#server/worker/client.ts';
import type {
  CacheReceipt,
  FinishReason,
  SamplingInput,
  SpeculationReceipt,
  Timings,
  TokenLogprobs,
  ToolCall,
  ToolCallDelta,
  Usage,
  WireMessageInput,
} from '#server/worker/protocol.ts';

import type { AnswerTail } from './stream.ts';

export type PromptMessage = WireMessageInput;

/** One run of a model. `id` is the message the answer belongs to. */
export interface GenerationRequest
  extends Pick<
    GenerateRequest,
    'constraint' | 'tools' | 'toolChoice' | 'thinking' | 'speculation' | 'priority'
  > {
  id: string;
  modelId: string;
  /** What is asked; ignored when `prompt` or `promptTokenIds` are given. */
  messages: PromptMessage[];
  /** The prompt as another run was given it, without a template. */
  promptTokenIds?: number[];
  /** A prompt as text, without a template. */
  prompt?: string;
  sampling: SamplingInput;
  /** The answer so far when it goes on after an interruption or a length stop. */
  resume: { tokenIds: number[]; text: string; reasoning: string; seq: number } | null;
}

/** What an answer was made with: enough to make it again. */
export interface Admission {
  promptTokens: number;
  seed: number;
  modelHash: string;
  templateHash: string | null;
  promptHash: string;
  promptTokenIds: number[];
  /** Of the engine and what it stands on. */
  versions: EngineClient['hello']['versions'] & { device: string; blas: string; dtype: string };
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
  /** What the model thought before it answered. */
  reasoning: string;
  tokenIds: number[];
  tokens: number;
  toolCalls: ToolCallDelta[];
  /** One for each token where they were asked for. */
  logprobs: TokenLogprobs[];
}

export interface GenerationResult {
  finishReason: FinishReason;
  usage: Usage;
  timings: GenerationTimings;
  /** What the engine did not have to prefill; null when none told. */
  cache: CacheReceipt | null;
  seed: number;
  /** Whole; empty when the model called none. */
  toolCalls: ToolCall[];
  /** Null when nothing was guessed ahead. */
  speculation: SpeculationReceipt | null;
  error: { code: ErrorCode; message: string; details?: Record<string, unknown> } | null;
}

/** Seconds. `first_token` counts from the request's arrival, model load included; `load` is 0 when resident. */
export interface GenerationTimings extends Timings {
  load: number;
  first_token: number;
}

/** Who started a generation hears of it here. Calls come in order; `finished` is the last, exactly once. */
export interface GenerationSink {
  /** Once, also across engine deaths. */
  admitted(admission: Admission): void;
  state(state: GenerationState): void;
  /** At most one per 16-33 ms. */
  delta(delta: Delta): void;
  /** A promise while nothing more can be taken: the row is paused until it resolves, and nothing is lost. */
  ready?(): Promise<void> | undefined;
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
  ): (AnswerTail & { seq: number; tokens: number; state: GenerationState }) | undefined;
  /** Errors: not_found (model), model_invalid, engine_unavailable. Loads the model when it is not resident. */
  count(modelId: string, messages: PromptMessage[], text?: string): Promise<TokenCount>;
  /**
   * Deletes what engines keep on the disk of these prompts (token ids, little-endian uint32); `all`: of any prompt.
   * Engines that run may keep them in memory until they end.
   */
  forgetPrompts(prompts: readonly Buffer[] | 'all'): Promise<void>;
  /** Stops taking work, lets journals flush, leaves running answers resumable. */
  close(): Promise<void>;
}
