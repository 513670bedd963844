import { AppError } from '#server/kernel/errors.ts';
import type { FrameConnection } from './frames.ts';
import type {
  Constraint,
  FromEngine,
  LoadReceipt,
  SamplingInput,
  Tool,
  ToEngineInput,
  WireMessageInput,
} from './protocol.ts';
import { createRowFeed, type RowEvent, type RowFeed, type RowFlow } from './row-feed.ts';

export type Hello = Extract<FromEngine, { type: 'hello' }>;

/** Exactly one of `messages`, `prompt` and `promptTokenIds`. */
export interface GenerateRequest {
  /** Unique on this engine, at most 64 characters. */
  row: string;
  messages?: WireMessageInput[];
  promptTokenIds?: number[];
  /** Without a template; control tokens in it are obeyed. */
  prompt?: string;
  /** The last message is an open answer to go on with. */
  continueFinal?: boolean;
  sampling: SamplingInput;
  resume?: { tokenIds: number[]; text: string; reasoning?: string } | null;
  priority?: 'interactive' | 'batch' | 'background';
  /** Errors: invalid_request for one that cannot be read. */
  constraint?: Constraint | null;
  tools?: Tool[];
  toolChoice?: 'auto' | 'none' | 'required' | { name: string };
  /** `auto` is the template's own habit. */
  thinking?: 'auto' | 'on' | 'off';
  speculation?: 'auto' | 'off';
  /** `admitted` then carries the prompt's token ids. */
  reportPrompt?: boolean;
}

export interface LoadRequest {
  path: string;
  /** What it is loaded for; what its files say when absent. */
  role?: 'decode' | 'embed' | null;
  widen?: 'auto' | 'never';
  memoryLimitBytes?: number | null;
  contextWindow?: number | null;
  /** Memory for caches of prompts that may come again, bytes; a share of the machine's when absent. */
  cacheLimitBytes?: number | null;
  /** Where such caches outlive the engine; nowhere when absent. */
  cacheDir?: string | null;
  /** Bytes that may lie there; the engine's own limit when absent. */
  cacheDirLimitBytes?: number | null;
  /** A small model with the same tokenizer that guesses ahead. */
  draftPath?: string | null;
  onProgress?(fraction: number, stage: string): void;
}

export interface Counted {
  tokens: number;
  perMessage: number[];
  textTokens: number;
}

export interface EmbedOptions {
  /** A question is embedded with the model's instruction, if it has one. Default `document`. */
  kind?: 'query' | 'document';
  /** Who waits for an answer goes before an index that is being built. Default `interactive`. */
  priority?: 'interactive' | 'batch' | 'background';
  /** Rejects with its reason, and the engine computes no further. */
  signal?: AbortSignal;
}

/** One unit vector a text, in the texts' order. */
export interface Embedded {
  vectors: number[][];
  /** Read, the instruction's included. */
  tokens: number;
  /** Texts that were cut at the model's limit. */
  truncated: number;
}

/** Bytes. */
export interface Pong {
  rows: number;
  activeBytes: number;
  peakBytes: number;
  cacheBytes: number;
}

/** One engine process, spoken to. Every call rejects with engine_unavailable once the engine is gone. */
export interface EngineClient {
  readonly hello: Hello;
  /** Rows that have not finished. */
  activeRows(): number;
  /** Of these, the ones whose readers are behind: the engine keeps them aside. */
  pausedRows(): ReadonlySet<string>;
  /** Loads the engine's one model. Errors: model_invalid, model_unsupported, insufficient_memory. No time limit: the supervisor watches progress. */
  load(request: LoadRequest): Promise<LoadReceipt>;
  /** Frees the model; the process stays. */
  unload(): Promise<void>;
  /** Sends the row at once; the events must be read to their end. Stopping early cancels the row. */
  generate(request: GenerateRequest): AsyncGenerator<RowEvent, void>;
  /** The row ends with finish reason `cancelled` at the next step; with timeout when the engine takes 2 s. */
  cancel(row: string): void;
  cancelAll(): void;
  /** Exact prompt tokens with the model's chat template. Errors: timeout, context_overflow, model_invalid. */
  count(messages: WireMessageInput[], text?: string): Promise<Counted>;
  /** At most 1,024 texts. Errors: unsupported for a model that is not an embedder, timeout. */
  embed(texts: string[], options?: EmbedOptions): Promise<Embedded>;
  ping(): Promise<Pong>;
}

/** The ends of a client that its engine's owner holds. */
export interface ClientOwner {
  client: EngineClient;
  receive(frame: FromEngine): void;
  /** The engine is gone: everything in progress fails with `error`. */
  end(error: AppError): void;
}

interface ClientOptions {
  hello: Hello;
  connection: FrameConnection;
  /** Rows started, ended, were paused or go on. */
  onRows(): void;
  onUnexpected(frame: FromEngine): void;
}

const COUNT_LIMIT_MS = 60_000;
const EMBED_LIMIT_MS = 300_000;
const CANCEL_LIMIT_MS = 2_000;
const PING_LIMIT_MS = 10_000;
const UNLOAD_LIMIT_MS = 30_000;

/** Translates between calls and frames; the one place where the wire's names meet ours. */
export function createEngineClient(options: ClientOptions): ClientOwner {
  const { connection } = options;
  const requests = createRequests(connection);
  const rows = createRows(connection, options.onRows);

  const client: EngineClient = {
    hello: options.hello,
    activeRows: rows.count,
    pausedRows: rows.paused,
    load: (request) =>
      requests.ask(loadFrame(request), { limitMs: null }, (frame) => {
        if (frame.type === 'load_progress') request.onProgress?.(frame.done, frame.stage);
        return frame.type === 'loaded' ? { value: frame.receipt } : null;
      }),
    unload: () =>
      requests.ask({ type: 'unload' }, { limitMs: UNLOAD_LIMIT_MS }, (frame) =>
        frame.type === 'unloaded' ? { value: undefined } : null,
      ),
    generate: rows.start,
    cancel: rows.cancel,
    cancelAll: rows.cancelAll,
    count: (messages, text) =>
      requests.ask({ type: 'count', messages, text: text ?? null }, { limitMs: COUNT_LIMIT_MS }, readCount),
    embed: (texts, { kind = 'document', priority = 'interactive', signal } = {}) =>
      requests.ask(
        { type: 'embed', texts, kind, priority },
        { limitMs: EMBED_LIMIT_MS, signal },
        readEmbedded,
      ),
    ping: () => requests.ask({ type: 'ping' }, { limitMs: PING_LIMIT_MS }, readPong),
  };

  return {
    client,
    receive(frame) {
      if (frame.type === 'step' || 'row' in frame) rows.receive(frame);
      else if (!requests.answer(frame)) options.onUnexpected(frame);
    },
    end(error) {
      connection.close();
      requests.end(error);
      rows.end(error);
    },
  };
}

type RowFrame = Extract<FromEngine, { row: string } | { type: 'step' }>;

/** The rows that have not finished, each with the feed its reader takes from. */
function createRows(connection: FrameConnection, changed: () => void) {
  const feeds = new Map<string, RowFeed>();
  const paused = new Set<string>();
  let ended: AppError | null = null;

  const drop = (row: string) => {
    paused.delete(row);
    if (feeds.delete(row)) changed();
  };

  const flowOf = (row: string): RowFlow => {
    const tell = (type: 'pause' | 'continue') => {
      if (!feeds.has(row)) return;
      if (type === 'pause') paused.add(row);
      else paused.delete(row);
      changed();
      // What cannot be sent is moot: the connection's end finishes the row.
      connection.send({ type, row }).catch(() => {});
    };
    return { pause: () => tell('pause'), continue: () => tell('continue') };
  };

  const cancel = (row: string) => {
    const feed = feeds.get(row);
    if (!feed) return;
    if (paused.delete(row)) changed();
    // A cancel that cannot be sent is moot: the connection's end finishes the row.
    connection.send({ type: 'cancel', row }).catch(() => {});
    // The reader need not wait for a long prefill chunk; the row counts as active until the engine drops it.
    setTimeout(() => feed.fail(tooSlow('a cancel', CANCEL_LIMIT_MS)), CANCEL_LIMIT_MS).unref();
  };

  return {
    count: () => feeds.size,
    paused: () => paused,
    start(request: GenerateRequest) {
      const { row } = request;
      if (feeds.has(row)) throw new AppError('conflict', `Row ${row} is already running.`);
      const feed = createRowFeed(flowOf(row));
      if (ended) {
        feed.fail(ended);
        return feed.read(() => {});
      }
      feeds.set(row, feed);
      changed();
      connection.send(generateFrame(request)).catch((error) => {
        drop(row);
        feed.fail(error);
      });
      return feed.read(() => cancel(row));
    },
    cancel,
    cancelAll: () => [...feeds.keys()].forEach(cancel),
    receive(frame: RowFrame) {
      if (frame.type === 'step') {
        for (const { row, token_ids, text, reasoning, tool_calls, logprobs } of frame.rows) {
          const said = { tokenIds: token_ids, text, reasoning, toolCalls: tool_calls, logprobs };
          feeds.get(row)?.push({ type: 'tokens', step: frame.n, ...said });
        }
        return;
      }
      feeds.get(frame.row)?.push(rowEvent(frame));
      if (frame.type === 'finished') drop(frame.row);
    },
    end(error: AppError) {
      ended ??= error;
      for (const [row, feed] of feeds) {
        drop(row);
        feed.fail(error);
      }
    },
  };
}

type RequestFrame = Extract<FromEngine, { id: string | null }>;
type RequestInput = Extract<ToEngineInput, { id: string }>;
/** A request before it has its id. */
type Unsent<Frame> = Frame extends unknown ? Omit<Frame, 'id'> : never;

interface Patience {
  limitMs: number | null;
  /** Only for requests that the engine lets go of: the embed frame's. */
  signal?: AbortSignal | undefined;
}

/** Matches answers to requests by id, with a time limit for each. */
function createRequests(connection: FrameConnection) {
  const open = new Map<string, { take(frame: RequestFrame): boolean; fail(error: AppError): void }>();
  let ended: AppError | null = null;
  let count = 0;

  /** `read` returns null for a frame that is not the answer yet; progress frames pass through it. */
  function ask<Value>(
    frame: Unsent<RequestInput>,
    { limitMs, signal }: Patience,
    read: (frame: RequestFrame) => { value: Value } | null,
  ): Promise<Value> {
    if (ended) return Promise.reject(ended);
    if (signal?.aborted) return Promise.reject(signal.reason);
    count += 1;
    const id = String(count);
    return new Promise<Value>((resolve, reject) => {
      const timer =
        limitMs === null ? undefined : setTimeout(() => fail(tooSlow(frame.type, limitMs)), limitMs).unref();
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', withdraw);
        open.delete(id);
      };
      const fail = (error: unknown) => {
        settle();
        reject(error);
      };
      const withdraw = () => {
        fail(signal?.reason);
        // Where it cannot be sent, there is nothing to withdraw from.
        connection.send({ type: 'withdraw', id }).catch(() => {});
      };
      const take = (answer: RequestFrame) => {
        if (answer.type === 'error') {
          fail(new AppError(answer.error.code, answer.error.message, { details: answer.error.details }));
          return true;
        }
        const result = read(answer);
        if (result === null) return answer.type === 'load_progress';
        settle();
        resolve(result.value);
        return true;
      };
      open.set(id, { take, fail });
      signal?.addEventListener('abort', withdraw);
      connection.send({ ...frame, id }).catch(fail);
    });
  }

  return {
    ask,
    /** False when nobody waits for the frame. */
    answer: (frame: FromEngine) =>
      'id' in frame && frame.id !== null && (open.get(frame.id)?.take(frame) ?? false),
    end(error: AppError) {
      ended = error;
      for (const request of open.values()) request.fail(error);
    },
  };
}

function loadFrame(request: LoadRequest): Unsent<RequestInput> {
  return {
    type: 'load',
    path: request.path,
    role: request.role ?? null,
    widen: request.widen ?? 'auto',
    memory_limit_bytes: request.memoryLimitBytes ?? null,
    context_window: request.contextWindow ?? null,
    cache_limit_bytes: request.cacheLimitBytes ?? null,
    cache_dir: request.cacheDir ?? null,
    cache_dir_limit_bytes: request.cacheDirLimitBytes ?? null,
    draft_path: request.draftPath ?? null,
  };
}

function generateFrame(request: GenerateRequest): ToEngineInput {
  return {
    type: 'generate',
    row: request.row,
    messages: request.messages ?? null,
    prompt_token_ids: request.promptTokenIds ?? null,
    prompt: request.prompt ?? null,
    continue_final: request.continueFinal ?? false,
    sampling: request.sampling,
    resume: request.resume
      ? {
          token_ids: request.resume.tokenIds,
          text: request.resume.text,
          reasoning: request.resume.reasoning ?? '',
        }
      : null,
    priority: request.priority ?? 'interactive',
    constraint: request.constraint ?? null,
    tools: request.tools ?? [],
    tool_choice: request.toolChoice ?? 'auto',
    thinking: request.thinking ?? 'auto',
    speculation: request.speculation ?? 'auto',
    report_prompt: request.reportPrompt ?? false,
  };
}

function rowEvent(frame: Extract<FromEngine, { row: string }>): RowEvent {
  switch (frame.type) {
    case 'admitted':
      return {
        type: 'admitted',
        promptTokens: frame.prompt_tokens,
        seed: frame.seed,
        promptHash: frame.prompt_hash,
        promptTokenIds: frame.prompt_token_ids,
      };
    case 'prefill':
      return { type: 'prefill', done: frame.done, total: frame.total, cached: frame.cached };
    case 'finished':
      return {
        type: 'finished',
        tokenIds: frame.token_ids,
        text: frame.text,
        finishReason: frame.finish_reason,
        usage: frame.usage,
        timings: frame.timings,
        error: frame.error,
        cache: frame.cache,
        reasoning: frame.reasoning,
        toolCalls: frame.tool_calls,
        speculation: frame.speculation,
      };
  }
}

function readCount(frame: RequestFrame): { value: Counted } | null {
  if (frame.type !== 'counted') return null;
  const { tokens, per_message, text_tokens } = frame;
  return { value: { tokens, perMessage: per_message, textTokens: text_tokens } };
}

function readEmbedded(frame: RequestFrame): { value: Embedded } | null {
  if (frame.type !== 'embedded') return null;
  const { vectors, tokens, truncated } = frame;
  return { value: { vectors, tokens, truncated } };
}

function readPong(frame: RequestFrame): { value: Pong } | null {
  if (frame.type !== 'pong') return null;
  const { rows, active_bytes, peak_bytes, cache_bytes } = frame;
  return { value: { rows, activeBytes: active_bytes, peakBytes: peak_bytes, cacheBytes: cache_bytes } };
}

function tooSlow(what: string, limitMs: number): AppError {
  return new AppError('timeout', `The engine did not answer ${what} within ${limitMs / 1000} s.`);
}
