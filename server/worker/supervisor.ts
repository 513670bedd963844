import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Engine, EngineExit } from './engine.ts';
import type { LoadRequest } from './client.ts';
import type { LoadSpec, ResidentState } from './pool.ts';
import type { LoadReceipt } from './protocol.ts';

/** An engine with its model loaded. */
export interface Running {
  engine: Engine;
  receipt: LoadReceipt;
}

export interface SupervisorStatus {
  state: ResidentState;
  fraction: number;
  stage: string;
  /** Within the last ten minutes. */
  crashes: number;
  error: AppError | null;
}

interface SupervisorOptions {
  spec: LoadSpec;
  log: Log;
  /** An engine with nothing loaded. Rejects with the signal's reason when aborted. */
  launch(signal: AbortSignal): Promise<Engine>;
  memoryLimitBytes(): number;
  /** Memory and place for caches of prompts, asked at each load. */
  caches(): Pick<LoadRequest, 'cacheLimitBytes' | 'cacheDir' | 'cacheDirLimitBytes'>;
  /** Anything in `status` changed. */
  changed(): void;
  loaded(receipt: LoadReceipt): void;
  /** It will not be tried again. */
  failed(error: AppError): void;
  /** It was told to stop. */
  stopped(): void;
}

const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 10 * 60_000;
/** The first restart is at once, for the person who waits; the next gives the machine time to recover. */
const RESTART_DELAYS_MS = [0, 1_000];

/** Keeps one model running: loads it, and again after every crash, until it crashes too often. */
export class Supervisor {
  readonly status: SupervisorStatus;
  engine: Engine | null = null;
  receipt: LoadReceipt | null = null;
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #ready = deferred();
  #crashTimes: number[] = [];
  #ended: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.status = { state: 'starting', fraction: 0, stage: 'starting', crashes: 0, error: null };
  }

  start(): void {
    this.#ended = this.#live()
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        this.engine = null;
      });
  }

  /** Resolves once the model answers. Errors: what refused the load; engine_failed after three crashes. */
  ready(): Promise<Running> {
    return this.#ready.promise;
  }

  /** Stopped after its crashes, which lie long enough back for another try. */
  isForgiven(): boolean {
    const last = this.#crashTimes.at(-1) ?? 0;
    return this.status.state === 'failed' && Date.now() - last > CRASH_WINDOW_MS;
  }

  /** Ends the engine; who waits or reads gets `error`. Resolves when the process is gone. */
  async stop(error: AppError): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      this.#stopping.abort(error);
      this.#reject(error);
      this.#options.stopped();
      if (this.status.state !== 'failed') this.#become({ state: 'stopping', stage: 'stopping' });
      await this.engine?.end(error);
    }
    await this.#ended;
  }

  async #live(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const exit = await this.#liveOnce();
      this.engine = null;
      if (signal.aborted) return;
      this.#noteCrash(exit);
      const index = Math.min(this.status.crashes, RESTART_DELAYS_MS.length) - 1;
      await delay(RESTART_DELAYS_MS[index] ?? 0, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  }

  /** One engine from launch to exit. Errors: what makes another attempt useless. */
  async #liveOnce(): Promise<EngineExit> {
    const { signal } = this.#stopping;
    try {
      const engine = await this.#options.launch(signal);
      this.engine = engine;
      if (signal.aborted) return await engine.end(signal.reason);
      engine.onRows(this.#options.changed);
      this.receipt = await this.#load(engine);
      if (signal.aborted) return await engine.end(signal.reason);
      this.#options.loaded(this.receipt);
      this.#become({ state: 'ready', fraction: 1, stage: 'ready' });
      this.#ready.resolve({ engine, receipt: this.receipt });
      await engine.died;
      // At once: whoever hears of the death asks for the next engine in the same turn.
      if (!signal.aborted) this.#awaitNext();
      return await engine.exit;
    } catch (error) {
      if (isCrash(error)) return (await this.engine?.exit) ?? exitOf(error);
      await this.engine?.end();
      throw error;
    }
  }

  async #load(engine: Engine): Promise<LoadReceipt> {
    const state = this.status.crashes > 0 ? 'restarting' : 'loading';
    this.#become({ state, stage: 'loading', fraction: 0 });
    engine.setLoading(true);
    try {
      return await engine.client.load({
        path: this.#options.spec.path,
        role: this.#options.spec.role ?? null,
        draftPath: this.#options.spec.draft?.path ?? null,
        memoryLimitBytes: this.#options.memoryLimitBytes(),
        ...this.#options.caches(),
        onProgress: (fraction, stage) => this.#become({ fraction, stage }),
      });
    } finally {
      engine.setLoading(false);
    }
  }

  #noteCrash(exit: EngineExit): void {
    const { spec, log } = this.#options;
    const now = Date.now();
    this.#crashTimes = [...this.#crashTimes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    this.status.crashes = this.#crashTimes.length;
    const { reason, lastLines } = exit;
    log.warn({ model: spec.id, reason, crashes: this.status.crashes, lastLines }, 'an engine crashed');
    if (this.status.crashes >= MAX_CRASHES) throw crashedTooOften(spec, exit);
    this.#awaitNext();
  }

  #awaitNext(): void {
    if (this.status.state === 'ready') this.#ready = deferred();
    this.#become({ state: 'restarting', stage: 'restarting', fraction: 0 });
  }

  #fail(cause: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const error =
      cause instanceof AppError
        ? cause
        : new AppError('internal', 'The engine cannot be kept running.', { cause });
    this.#reject(error);
    this.#become({ state: 'failed', stage: 'failed', error });
    this.#options.failed(error);
  }

  #reject(error: AppError): void {
    if (this.status.state === 'ready') this.#ready = deferred();
    this.#ready.reject(error);
  }

  #become(change: Partial<SupervisorStatus>): void {
    Object.assign(this.status, change);
    this.#options.changed();
  }
}

function deferred() {
  const made = Promise.withResolvers<Running>();
  // Nobody may be waiting when it fails; the status tells it all the same.
  made.promise.catch(() => {});
  return made;
}

function isCrash(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'engine_unavailable';
}

/** Of an engine that did not get as far as its hello frame. */
function exitOf(error: AppError): EngineExit {
  const lastLines = error.details?.last_lines;
  return { reason: error.message, expected: false, lastLines: Array.isArray(lastLines) ? lastLines : [] };
}

function crashedTooOften(spec: LoadSpec, exit: EngineExit): AppError {
  const reason = exit.reason.replace(/\.$/, '');
  return new AppError(
    'engine_failed',
    `The engine of ${spec.id} crashed ${MAX_CRASHES} times in ten minutes and was stopped. The last time it ${reason}. Load the model again to retry.`,
    { details: { reason, last_lines: exit.lastLines } },
  );
}
