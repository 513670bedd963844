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

/** A finished tool call; `arguments` is JSON as the model wrote it. */
export const ToolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });

/** A function the model may call; `parameters` is a JSON schema. */
export const Tool = z.object({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  description: z.string().default(''),
  parameters: z.record(z.string(), z.unknown()).default({}),
});

/** `reasoning` is what the model thought before `content`; `tool_call_id` is the call that a tool message answers. */
export const WireMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  reasoning: z.string().default(''),
  tool_calls: z.array(ToolCall).default([]),
  tool_call_id: z.string().nullable().default(null),
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
  presence_penalty: z.number().min(-2).max(2).default(0),
  frequency_penalty: z.number().min(-2).max(2).default(0),
  /** Added to the logits of the token ids that are its keys. */
  logit_bias: z.record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100)).default({}),
  /** How often all likely tokens but the least likely of them are excluded, and from which probability on. */
  xtc_probability: z.number().min(0).max(1).default(0),
  xtc_threshold: z.number().min(0).max(0.5).default(0.1),
  /** Report the log-probability of each token, and of so many alternatives. */
  logprobs: z.boolean().default(false),
  top_logprobs: z.int().min(0).max(20).default(0),
});

/** What the answer must match, as llguidance reads it; `json_schema` is JSON text, `grammar` is Lark. */
export const Constraint = z.object({
  type: z.enum(['json_schema', 'regex', 'grammar']),
  value: z.string().min(1).max(1_000_000),
});

/** Where an interrupted row goes on: the ids already decoded and the text and reasoning already delivered for them. */
export const Resume = z.object({
  token_ids: TokenIds,
  text: z.string(),
  reasoning: z.string().default(''),
});

export const Usage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  /** Prompt tokens whose cache was reused instead of prefilled. */
  cached_tokens: Count.default(0),
  /** Completion tokens that were reasoning, its markers included. */
  reasoning_tokens: Count.default(0),
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

/**
 * What guessing ahead brought: tokens guessed and right, steps that checked guesses, and the measured speed of
 * this row against one token a step, 1 being no gain.
 */
export const SpeculationReceipt = z.object({
  method: z.enum(['draft', 'prompt_lookup']),
  drafted_tokens: Count,
  accepted_tokens: Count,
  steps: Count,
  gain: z.number().min(0),
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
  /** The model marks its reasoning; the template takes tools and mlx_lm parses its calls. */
  has_thinking: z.boolean().default(false),
  has_tools: z.boolean().default(false),
  /** Parameters of the draft model that was loaded beside it. */
  draft_parameters: Count.nullable().default(null),
});

export const ToEngine = z.discriminatedUnion('type', [
  /**
   * Load a model directory. At most one model per engine. `widen`: float32 on a CPU when `memory_limit_bytes` allows.
   * `cache_limit_bytes`: memory for caches of prompts that may come again, null for a share of the machine's.
   * `cache_dir`: a private folder where such caches outlive the engine, null for none.
   * `draft_path`: a small model with the same tokenizer that guesses ahead.
   * `role`: whether it is to write or to embed, null for what its files say.
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
    draft_path: z.string().nullable().default(null),
    role: z.enum(['decode', 'embed']).nullable().default(null),
  }),
  z.object({ type: z.literal('unload'), id: Id }),
  /**
   * Start one row. Exactly one of `messages`, `prompt` (text without a template) and `prompt_token_ids`. `continue_final`: the last assistant message is
   * left open. `thinking`: auto is the template's own habit. `report_prompt`: `admitted` carries the prompt's ids.
   */
  z.object({
    type: z.literal('generate'),
    row: Id,
    messages: z.array(WireMessage).nullable().default(null),
    prompt_token_ids: TokenIds.nullable().default(null),
    prompt: z.string().nullable().default(null),
    continue_final: z.boolean().default(false),
    sampling: Sampling,
    resume: Resume.nullable().default(null),
    priority: z.enum(['interactive', 'batch', 'background']).default('interactive'),
    constraint: Constraint.nullable().default(null),
    tools: z.array(Tool).max(128).default([]),
    tool_choice: z
      .union([z.enum(['auto', 'none', 'required']), z.object({ name: z.string() })])
      .default('auto'),
    thinking: z.enum(['auto', 'on', 'off']).default('auto'),
    speculation: z.enum(['auto', 'off']).default('auto'),
    report_prompt: z.boolean().default(false),
  }),
  z.object({ type: z.literal('cancel'), row: Id }),
  /** The reader of this row is behind: the row leaves the batch with its cache until `continue`. */
  z.object({ type: z.literal('pause'), row: Id }),
  z.object({ type: z.literal('continue'), row: Id }),
  /** Exact token count with the model's chat template. `per_message`: what each message adds, in order. `text`: counted alone as well. */
  z.object({
    type: z.literal('count'),
    id: Id,
    messages: z.array(WireMessage),
    text: z.string().nullable().default(null),
    tools: z.array(Tool).max(128).default([]),
  }),
  /** `kind`: queries are embedded with the model's instruction. The most urgent request is computed first, batch by batch. */
  z.object({
    type: z.literal('embed'),
    id: Id,
    texts: z.array(z.string()).min(1).max(1024),
    kind: z.enum(['query', 'document']).default('document'),
    priority: z.enum(['interactive', 'batch', 'background']).default('interactive'),
  }),
  /** Nobody waits for the embed request `id` any more: it is forgotten, and not answered. */
  z.object({ type: z.literal('withdraw'), id: Id }),
  z.object({ type: z.literal('ping'), id: Id }),
]);

/** A piece of a tool call that is being written; the first piece of each index carries id and name. */
export const ToolCallDelta = z.object({
  index: Count,
  id: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string(),
});

const Likelihood = z.object({
  token_id: Count,
  /** Natural logarithm; -9999 stands for minus infinity. */
  logprob: z.number(),
  /** The token's own bytes, which need not be whole characters. */
  bytes: z.array(z.int().min(0).max(255)),
});

/** One token's log-probability under the model, before sampling changed it, and its likeliest alternatives. */
export const TokenLogprobs = Likelihood.extend({ top: z.array(Likelihood) });

export const StepRow = z.object({
  row: Id,
  token_ids: TokenIds,
  /** Text that is certain by this step; held back while a stop string or a UTF-8 sequence is incomplete. */
  text: z.string(),
  reasoning: z.string().default(''),
  tool_calls: z.array(ToolCallDelta).default([]),
  /** One for each of `token_ids` where they were asked for. */
  logprobs: z.array(TokenLogprobs).default([]),
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
    prompt_token_ids: TokenIds.nullable().default(null),
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
    /** Reasoning that was held back, like `text`. */
    reasoning: z.string().default(''),
    /** All calls of the answer, whole. */
    tool_calls: z.array(ToolCall).default([]),
    speculation: SpeculationReceipt.nullable().default(null),
  }),
  z.object({
    type: z.literal('counted'),
    id: Id,
    tokens: Count,
    per_message: z.array(Count),
    text_tokens: Count,
  }),
  /** Unit vectors in the texts' order. `truncated`: texts that were cut at the model's limit. */
  z.object({
    type: z.literal('embedded'),
    id: Id,
    vectors: z.array(z.array(z.number())),
    tokens: Count,
    truncated: Count.default(0),
  }),
  z.object({
    type: z.literal('pong'),
    id: Id,
    rows: Count,
    active_bytes: Count,
    peak_bytes: Count,
    cache_bytes: Count,
    /** Memory of kept prompts; of running rows, as held and as their tokens need. */
    prefix_bytes: Count.default(0),
    kv_bytes: Count.default(0),
    kv_useful_bytes: Count.default(0),
    paused: Count.default(0),
  }),
  /** Failure of the request `id`; rows fail through `finished`. `id` null: the frame could not be read. */
  z.object({ type: z.literal('error'), id: Id.nullable(), error: WireError }),
]);

export type ToEngine = z.infer<typeof ToEngine>;
/** A frame before defaults are filled in: what callers write. */
export type ToEngineInput = z.input<typeof ToEngine>;
export type FromEngine = z.infer<typeof FromEngine>;
/** A frame before defaults are filled in: what an engine writes. */
export type FromEngineInput = z.input<typeof FromEngine>;
export type WireMessage = z.infer<typeof WireMessage>;
export type WireMessageInput = z.input<typeof WireMessage>;
export type Tool = z.infer<typeof Tool>;
export type ToolCall = z.infer<typeof ToolCall>;
export type ToolCallDelta = z.infer<typeof ToolCallDelta>;
export type TokenLogprobs = z.infer<typeof TokenLogprobs>;
export type Constraint = z.infer<typeof Constraint>;
export type SpeculationReceipt = z.infer<typeof SpeculationReceipt>;
export type Sampling = z.infer<typeof Sampling>;
/** Sampling before defaults are filled in. */
export type SamplingInput = z.input<typeof Sampling>;
export type Usage = z.infer<typeof Usage>;
export type CacheReceipt = z.infer<typeof CacheReceipt>;
export type Timings = z.infer<typeof Timings>;
export type FinishReason = z.infer<typeof FinishReason>;
export type LoadReceipt = z.infer<typeof LoadReceipt>;
