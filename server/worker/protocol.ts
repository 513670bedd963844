import { z } from 'zod';
import { ERROR_CODES } from '#server/kernel/errors.ts';

// The wire between daemon and engine: u32 big-endian byte length, then one JSON object (UTF-8).
// Field names are mlx-lm's and OpenAI's own. python/mlx_worker/protocol.py is held to this file by
// the golden frames in server/worker/golden/, which tests on both sides read.

export const PROTOCOL_VERSION = 1;
/** Longest frame either side accepts, bytes. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const Id = z.string().min(1).max(64);
const TokenIds = z.array(z.int().min(0));
const Count = z.int().min(0);
const Seconds = z.number().min(0);

export const WireMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
});

/** Sampling parameters of one row. temperature 0 is greedy. `seed` null: drawn by the engine and reported. */
export const Sampling = z.object({
  temperature: z.number().min(0).max(5).default(0),
  top_p: z.number().gt(0).max(1).default(1),
  top_k: Count.default(0),
  min_p: z.number().min(0).max(1).default(0),
  max_tokens: z.int().min(1),
  seed: z.int().min(0).max(0xffffffff).nullable().default(null),
  stop: z.array(z.string().min(1).max(256)).max(16).default([]),
  repetition_penalty: z.number().gt(0).max(10).default(1),
});

/** Where an interrupted row goes on: the ids already decoded and the text already delivered for them. */
export const Resume = z.object({ token_ids: TokenIds, text: z.string() });

export const Usage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  /** Prompt tokens whose cache was reused instead of prefilled. */
  cached_tokens: Count.default(0),
});

/**
 * What was not prefilled again: tokens, resumed ones included; where they lay; and the seconds that prefilling
 * them takes this model here, 0 while that was not measured.
 */
export const CacheReceipt = z.object({
  reused_tokens: Count,
  from: z.enum(['memory', 'disk', 'none']),
  seconds_saved: Seconds,
});

/** Seconds, and tokens per second over decode only. */
export const Timings = z.object({
  queue: Seconds,
  prefill: Seconds,
  decode: Seconds,
  tokens_per_second: z.number().min(0),
});

export const FinishReason = z.enum(['stop', 'length', 'tool_calls', 'cancelled', 'error']);

const WireError = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What the load did, for the ledger and the receipt on screen. Bytes and seconds. */
export const LoadReceipt = z.object({
  model_hash: z.string(),
  template_hash: z.string().nullable(),
  architecture: z.string(),
  parameters: Count,
  context_window: Count,
  vocabulary: Count,
  weights_bytes: Count,
  peak_bytes: Count,
  kv_bytes_per_token: Count,
  /** How the weights are held: as stored, or widened to float32 for a CPU without half-precision matmul. */
  dtype: z.string(),
  widened: z.boolean(),
  trimmable: z.boolean(),
  load_seconds: Seconds,
  has_chat_template: z.boolean(),
});

export const ToEngine = z.discriminatedUnion('type', [
  /**
   * Load a model directory. At most one model per engine. `widen`: float32 on a CPU when `memory_limit_bytes` allows.
   * `cache_limit_bytes`: memory for caches of prompts that may come again, null for a share of the machine's.
   * `cache_dir`: a private folder where such caches outlive the engine, null for none.
   */
  z.object({
    type: z.literal('load'),
    id: Id,
    path: z.string(),
    widen: z.enum(['auto', 'never']).default('auto'),
    memory_limit_bytes: Count.nullable().default(null),
    context_window: Count.nullable().default(null),
    cache_limit_bytes: Count.nullable().default(null),
    cache_dir: z.string().nullable().default(null),
    cache_dir_limit_bytes: Count.nullable().default(null),
  }),
  z.object({ type: z.literal('unload'), id: Id }),
  /** Start one row. Exactly one of `messages` and `prompt_token_ids`. `continue_final`: the last assistant message is left open. */
  z.object({
    type: z.literal('generate'),
    row: Id,
    messages: z.array(WireMessage).nullable().default(null),
    prompt_token_ids: TokenIds.nullable().default(null),
    continue_final: z.boolean().default(false),
    sampling: Sampling,
    resume: Resume.nullable().default(null),
    priority: z.enum(['interactive', 'batch', 'background']).default('interactive'),
  }),
  z.object({ type: z.literal('cancel'), row: Id }),
  /** Exact token count with the model's chat template. `per_message`: what each message adds, in order. `text`: counted alone as well. */
  z.object({
    type: z.literal('count'),
    id: Id,
    messages: z.array(WireMessage),
    text: z.string().nullable().default(null),
  }),
  z.object({ type: z.literal('embed'), id: Id, texts: z.array(z.string()).min(1).max(1024) }),
  z.object({ type: z.literal('ping'), id: Id }),
]);

export const StepRow = z.object({
  row: Id,
  token_ids: TokenIds,
  /** Text that is certain by this step; held back while a stop string or a UTF-8 sequence is incomplete. */
  text: z.string(),
});

export const FromEngine = z.discriminatedUnion('type', [
  /** First frame on the connection; the token proves which spawn it is. */
  z.object({
    type: z.literal('hello'),
    protocol: z.literal(PROTOCOL_VERSION),
    token: z.string(),
    pid: z.int(),
    versions: z.object({ engine: z.string(), mlx: z.string(), mlx_lm: z.string(), python: z.string() }),
    device: z.enum(['cpu', 'metal', 'cuda']),
    blas: z.enum(['openblas', 'reference', 'accelerate', 'none']),
    memory_bytes: Count,
  }),
  z.object({ type: z.literal('load_progress'), id: Id, done: z.number().min(0).max(1), stage: z.string() }),
  z.object({ type: z.literal('loaded'), id: Id, receipt: LoadReceipt }),
  z.object({ type: z.literal('unloaded'), id: Id }),
  /** The row is tokenised and queued. `seed` is the one in force; `prompt_hash` is sha256 of the prompt ids. */
  z.object({
    type: z.literal('admitted'),
    row: Id,
    prompt_tokens: Count,
    seed: z.int(),
    prompt_hash: z.string(),
  }),
  z.object({ type: z.literal('prefill'), row: Id, done: Count, total: Count, cached: Count }),
  /** One per decode step, all rows of the step. `n` counts steps since load. */
  z.object({ type: z.literal('step'), n: Count, rows: z.array(StepRow) }),
  /** Exactly one per row, last. `text` is what was held back; ids are never repeated. */
  z.object({
    type: z.literal('finished'),
    row: Id,
    text: z.string(),
    token_ids: TokenIds,
    finish_reason: FinishReason,
    usage: Usage,
    timings: Timings,
    error: WireError.nullable().default(null),
    /** Null for a row that was never admitted. */
    cache: CacheReceipt.nullable().default(null),
  }),
  z.object({
    type: z.literal('counted'),
    id: Id,
    tokens: Count,
    per_message: z.array(Count),
    text_tokens: Count,
  }),
  z.object({ type: z.literal('embedded'), id: Id, vectors: z.array(z.array(z.number())), tokens: Count }),
  z.object({
    type: z.literal('pong'),
    id: Id,
    rows: Count,
    active_bytes: Count,
    peak_bytes: Count,
    cache_bytes: Count,
  }),
  /** Failure of the request `id`; rows fail through `finished`. `id` null: the frame could not be read. */
  z.object({ type: z.literal('error'), id: Id.nullable(), error: WireError }),
]);

export type ToEngine = z.infer<typeof ToEngine>;
/** A frame before defaults are filled in: what callers write. */
export type ToEngineInput = z.input<typeof ToEngine>;
export type FromEngine = z.infer<typeof FromEngine>;
export type WireMessage = z.infer<typeof WireMessage>;
export type Sampling = z.infer<typeof Sampling>;
export type Usage = z.infer<typeof Usage>;
export type CacheReceipt = z.infer<typeof CacheReceipt>;
export type Timings = z.infer<typeof Timings>;
export type FinishReason = z.infer<typeof FinishReason>;
export type LoadReceipt = z.infer<typeof LoadReceipt>;
