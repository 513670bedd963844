import { AppError } from '#server/kernel/errors.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { EngineLease, EnginePool, LoadProgress } from '#server/worker/pool.ts';
import type { RowEvent, RowFinished } from '#server/worker/row-feed.ts';
import type { RunObserver } from './activity.ts';
import type { GenerationRequest, GenerationResult, GenerationSink, GenerationState } from './generation.ts';
import { createJournal, type Journal } from './journal.ts';
import type { RowQueue } from './queue.ts';
import { startStopwatch } from './stopwatch.ts';
import { type AnswerStream, createAnswerStream } from './stream.ts';

export interface RunOptions {
  request: GenerationRequest;
  sink: GenerationSink;
  engines: EnginePool;
  queue: RowQueue;
  log: Log;
  findModel(id: string): Promise<ModelEntry>;
  observer: RunObserver;
  /** Called before `finished`, so that who hears of the end may start the same answer again. */
  over(): void;
}

/** A request that takes the engine down each time must not be tried for ever. */
const MAX_ATTEMPTS = 4;

let rows = 0;

/** One generation, from its place in the queue to `finished`, across the deaths of engines. */
export class Run {
  state: GenerationState = { phase: 'queued', position: 0 };
  readonly stream: AnswerStream;
  readonly #options: RunOptions;
  readonly #journal: Journal;
  readonly #stopping = new AbortController();
  readonly #watch = startStopwatch();
  #promptTokens = 0;
  #cachedTokens = 0;
  #seed: number | null;
  #admitted = false;
  #silent = false;

  constructor(options: RunOptions) {
    this.#options = options;
    const { request, log } = options;
    this.#seed = request.sampling.seed ?? null;
    this.#journal = createJournal({
      write: (piece) => {
        if (!this.#silent) options.sink.journal(piece);
      },
      failed: (error) =>
        log.error({ err: error, generation: request.id }, 'an answer could not be journaled'),
    });
    this.stream = createAnswerStream({
      base: request.resume,
      emit: (delta) => {
        options.observer.delta(delta.tokenIds.length);
        this.#journal.add(delta);
        this.#tell((sink) => sink.delta(delta));
      },
    });
  }

  /** Resolves when it is over; never rejects. */
  async go(): Promise<void> {
    const { queue, request } = this.#options;
    let result: GenerationResult;
    try {
      const moved = (position: number) => this.#become({ phase: 'queued', position });
      const leave = await queue.enter(placeOf(request), this.#stopping.signal, moved);
      this.#watch.entered();
      try {
        result = this.#finish(await this.#answerAcrossDeaths());
      } finally {
        leave();
      }
    } catch (error) {
      result = this.#stopping.signal.aborted ? this.#endWith('cancelled', null) : this.#fail(error);
    }
    this.stream.flush();
    this.#journal.flush();
    this.#journal.stop();
    this.#options.observer.ended(result);
    this.#options.over();
    this.#tell((sink) => sink.finished(result));
  }

  /** Ends it as `cancelled`, wherever it is. */
  stop(): void {
    this.#stopping.abort(new AppError('conflict', 'The answer was stopped.'));
  }

  /** Journals what there is and falls silent: the next daemon goes on from there. */
  suspend(): void {
    this.stream.flush();
    this.#journal.flush();
    this.#journal.stop();
    this.#silent = true;
    this.stop();
  }

  async #answerAcrossDeaths(): Promise<RowFinished> {
    const { request, findModel } = this.#options;
    const model = await findModel(request.modelId);
    for (let attempt = 1; ; attempt += 1) {
      const lease = await this.#acquire(model, attempt);
      try {
        return await this.#answer(lease);
      } catch (error) {
        const died = error instanceof AppError && error.code === 'engine_unavailable';
        if (!died || attempt === MAX_ATTEMPTS || this.#stopping.signal.aborted) throw error;
        this.#watch.interrupted();
        this.stream.flush();
        this.#tell((sink) => sink.interrupted(error.message));
        this.#become({ phase: 'restarting', attempt, reason: error.message });
      } finally {
        lease.release();
      }
    }
  }

  async #acquire(model: ModelEntry, attempt: number): Promise<EngineLease> {
    let waited = false;
    const onProgress = ({ fraction, stage }: LoadProgress) => {
      waited = true;
      if (attempt === 1) this.#become({ phase: 'loading', fraction, stage });
    };
    const { id, path, memoryBytes, draft = null } = model;
    const { signal } = this.#stopping;
    const spec = { id, path, memoryBytes, draft };
    const lease = await this.#options.engines.acquire(spec, { signal, onProgress });
    this.#watch.acquired(waited);
    return lease;
  }

  async #answer(lease: EngineLease): Promise<RowFinished> {
    const { client } = lease;
    const { request, sink } = this.#options;
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    rows += 1;
    const row = `${request.id.slice(0, 40)}.${rows}`;
    const { tokenIds, text, reasoning } = this.stream.soFar();
    const { promise: stopped, resolve: leave } = Promise.withResolvers<void>();
    const cancel = () => {
      client.cancel(row);
      leave();
    };
    signal.addEventListener('abort', cancel);
    try {
      const events = client.generate({
        row,
        ...promptOf(request),
        // The seed that was drawn at first: the answer goes on as if nothing had happened.
        sampling: { ...request.sampling, seed: this.#seed },
        resume: tokenIds.length > 0 ? { tokenIds, text, reasoning } : null,
        priority: request.priority,
        constraint: request.constraint,
        tools: request.tools,
        toolChoice: request.toolChoice,
        thinking: request.thinking,
        speculation: request.speculation,
        reportPrompt: !this.#admitted,
      });
      for await (const event of events) {
        if (event.type === 'finished') return event;
        this.#hear(event, lease);
        const ready = sink.ready?.();
        if (ready) await Promise.race([ready, stopped]);
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    throw new AppError('engine_failed', 'The engine left the answer without an end.');
  }

  #hear(event: Exclude<RowEvent, RowFinished>, { client, receipt }: EngineLease): void {
    switch (event.type) {
      case 'admitted': {
        const { promptTokens, seed } = event;
        this.#promptTokens = promptTokens;
        this.#seed = seed;
        if (this.#admitted) break;
        this.#admitted = true;
        const { device, blas, versions } = client.hello;
        this.#tell((sink) =>
          sink.admitted({
            promptTokens,
            seed,
            modelHash: receipt.model_hash,
            templateHash: receipt.template_hash,
            promptHash: event.promptHash,
            promptTokenIds: event.promptTokenIds ?? [],
            versions: { ...versions, device, blas, dtype: receipt.dtype },
          }),
        );
        break;
      }
      case 'prefill': {
        const { done, total, cached } = event;
        this.#cachedTokens = cached;
        this.#become({ phase: 'prefill', done, total, cached });
        break;
      }
      case 'tokens':
        this.#watch.tokens(event.tokenIds.length);
        if (this.state.phase !== 'answering') this.#become({ phase: 'answering' });
        this.stream.push(event);
        break;
    }
  }

  #finish(finished: RowFinished): GenerationResult {
    this.#watch.tokens(finished.tokenIds.length);
    const { finishReason, usage, error, cache, toolCalls, speculation, tokenIds, text, reasoning } = finished;
    this.stream.push({ tokenIds, text, reasoning, toolCalls: [], logprobs: [] });
    const timings = this.#watch.result(finished);
    return { finishReason, usage, error, cache, toolCalls, speculation, seed: this.#seed ?? 0, timings };
  }

  #fail(cause: unknown): GenerationResult {
    const { log, request } = this.#options;
    if (cause instanceof AppError) {
      const { code, message, details } = cause;
      return this.#endWith('error', { code, message, ...(details ? { details } : {}) });
    }
    log.error({ err: cause, generation: request.id }, 'a generation failed');
    return this.#endWith('error', {
      code: 'internal',
      message: 'The answer failed inside the daemon; the log has the details.',
    });
  }

  /** The result of a row whose engine has not told one. */
  #endWith(finishReason: 'cancelled' | 'error', error: GenerationResult['error']): GenerationResult {
    return {
      finishReason,
      error,
      seed: this.#seed ?? 0,
      usage: {
        prompt_tokens: this.#promptTokens,
        completion_tokens: this.stream.soFar().tokenIds.length,
        cached_tokens: this.#cachedTokens,
        reasoning_tokens: 0,
      },
      timings: this.#watch.result(null),
      cache: null,
      toolCalls: [],
      speculation: null,
    };
  }

  #become(state: GenerationState): void {
    this.state = state;
    this.#options.observer.state(state);
    this.#tell((sink) => sink.state(state));
  }

  /** A sink that throws must not take the answer down with it. */
  #tell(call: (sink: GenerationSink) => void): void {
    if (this.#silent) return;
    try {
      call(this.#options.sink);
    } catch (error) {
      this.#options.log.error(
        { err: error, generation: this.#options.request.id },
        'a sink of a generation failed',
      );
    }
  }
}

/** Whoever waits for an answer has places of their own, which no batch can take. */
function placeOf({ modelId, priority = 'interactive' }: GenerationRequest): string {
  return priority === 'interactive' ? modelId : `${modelId} later`;
}

function promptOf({ promptTokenIds, prompt, messages }: GenerationRequest) {
  if (promptTokenIds) return { promptTokenIds };
  return prompt === undefined ? { messages } : { prompt };
}
