import { Worker } from 'node:worker_threads';
import type { Log } from '#server/kernel/log.ts';
import type { IndexTotals } from './index-writer-store.ts';
import type { IndexCommand, IndexPlace, IndexReply, RunFailure } from './thread/messages.ts';
import { createPulseMemory, readPulse } from './thread/pulse.ts';

type Progress = Extract<IndexReply, { kind: 'progress' }>;
type Written = Extract<IndexReply, { kind: 'written' }>;

/** How a run ended. */
export type RunEnd =
  | { kind: 'ended'; stopped: boolean; changed: number; totals: IndexTotals | null; complete: boolean }
  | { kind: 'failed'; failure: RunFailure; message: string };

export interface RunListener {
  progress(reply: Pick<Progress, 'progress' | 'totals'>): void;
  written(reply: Pick<Written, 'paths' | 'totals'>): void;
}

/** A run that was begun. */
export interface StartedRun {
  end: Promise<RunEnd>;
  /** Ends it after what is in hand; what it committed stays. */
  stop(): void;
}

type Task =
  | { kind: 'scan'; place: Omit<IndexPlace, 'broken'> }
  | {
      kind: 'update';
      place: Omit<IndexPlace, 'broken'>;
      changes: Extract<IndexCommand, { kind: 'update' }>['changes'];
    };

interface Active {
  task: Task;
  broken: Record<string, string>;
  listener: RunListener;
  stopped: boolean;
  resolve: (end: RunEnd) => void;
}

interface ThreadOptions {
  log: Log;
  /** The thread's file; tests give one whose parser hangs. */
  script?: URL;
  /** Milliseconds without work after which the thread ends. */
  idleMs?: number;
}

const SCRIPT = new URL('./thread/index-thread.ts', import.meta.url);
const IDLE_MS = 60_000;
const WATCH_MS = 500;
/** What the thread's own heap may hold; more ends the thread, not the daemon. */
const HEAP_MB = 256;
/** Half of V8's own choice: 45 MB less in memory, at the speed of it. */
const YOUNG_MB = 24;
/** Deaths in a row, without a file to blame, after which the runs fail. */
const MOST_DEATHS = 3;

const STOPPED: RunEnd = { kind: 'ended', stopped: true, changed: 0, totals: null, complete: false };

/** The one thread that writes indexes: started when there is work, watched, ended when there is none. */
export class IndexingThread {
  readonly #options: ThreadOptions;
  readonly #active = new Map<number, Active>();
  readonly #releases = new Map<number, () => void>();
  readonly #memory = createPulseMemory();
  #worker: Worker | undefined;
  #watch: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #seen = { beat: 0, since: 0 };
  #deaths = 0;
  #lastRun = 0;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** A second scan waits for the first; updates pass in between. */
  run(task: Task, listener: RunListener): StartedRun {
    const run = this.#nextRun();
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const active: Active = { task, broken: {}, listener, stopped: false, resolve };
    this.#active.set(run, active);
    this.#send(run, active);
    const stop = () => {
      active.stopped = true;
      if (this.#active.has(run)) this.#post({ kind: 'stop', run });
    };
    return { end: promise, stop };
  }

  /** Closes an index in the thread, after the runs on it: stop those before. */
  async release(index: string): Promise<void> {
    if (this.#worker === undefined) return;
    const run = this.#nextRun();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#releases.set(run, resolve);
    this.#post({ kind: 'release', run, index });
    await promise;
  }

  /** Ends the thread; runs under way end as stopped. What they committed stays. */
  async stop(): Promise<void> {
    const active = [...this.#active.values()];
    this.#active.clear();
    await this.#end();
    for (const { resolve } of active) resolve(STOPPED);
  }

  #nextRun(): number {
    this.#lastRun += 1;
    return this.#lastRun;
  }

  #send(run: number, { task, broken, stopped }: Active): void {
    this.#post({ ...task, run, place: { ...task.place, broken } });
    if (stopped) this.#post({ kind: 'stop', run });
  }

  #post(command: IndexCommand): void {
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS).unref();
    this.#worker.postMessage(command);
  }

  #start(): Worker {
    const worker = new Worker(this.#options.script ?? SCRIPT, {
      workerData: { memory: this.#memory },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let fault: unknown;
    worker.on('message', (reply: IndexReply) => this.#hear(reply));
    worker.on('error', (error) => (fault = error));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#died(fault);
    });
    worker.unref();
    return worker;
  }

  #hear(reply: IndexReply): void {
    if (reply.kind === 'released') {
      this.#releases.get(reply.run)?.();
      this.#releases.delete(reply.run);
      this.#rest();
      return;
    }
    const active = this.#active.get(reply.run);
    if (active === undefined) return;
    this.#deaths = 0;
    if (reply.kind === 'progress') active.listener.progress(reply);
    else if (reply.kind === 'written') active.listener.written(reply);
    else {
      this.#active.delete(reply.run);
      this.#rest();
      active.resolve(reply);
    }
  }

  /** When nothing is left to do the thread may go, after a while: starting it costs more than an edit. */
  #rest(): void {
    if (this.#active.size > 0 || this.#releases.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#idle = setTimeout(() => void this.#end(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  async #end(): Promise<void> {
    clearInterval(this.#watch);
    clearTimeout(this.#idle);
    this.#watch = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    for (const resolve of this.#releases.values()) resolve();
    this.#releases.clear();
    await worker?.terminate();
  }

  /** Ends a thread that has had one file in hand for too long. */
  #look(): void {
    const now = performance.now();
    const beat = readPulse(this.#memory);
    if (beat === undefined || beat.beat !== this.#seen.beat) {
      this.#seen = { beat: beat?.beat ?? 0, since: now };
      return;
    }
    const took = now - this.#seen.since;
    if (took < beat.limitMs) return;
    this.#seen.since = now;
    this.#blame(beat, `It took longer than ${Math.round(beat.limitMs / 1000)} s to read.`);
    void this.#worker?.terminate();
  }

  #died(fault: unknown): void {
    this.#worker = undefined;
    const beat = readPulse(this.#memory);
    const reason = fault instanceof Error ? fault.message : 'the thread ended';
    this.#options.log.warn(
      { err: fault, path: beat?.path },
      'the thread that indexes ended; it is started again',
    );
    const isBlamed = beat !== undefined && this.#active.get(beat.run)?.broken[beat.path] !== undefined;
    if (beat !== undefined && !isBlamed)
      this.#blame(beat, `Reading it ended the indexing thread: ${reason}.`);
    this.#deaths = beat === undefined ? this.#deaths + 1 : 0;
    new Int32Array(this.#memory).fill(0);
    for (const resolve of this.#releases.values()) resolve();
    this.#releases.clear();
    for (const [run, active] of this.#active) {
      if (this.#deaths < MOST_DEATHS) this.#send(run, active);
      else this.#giveUp(run, active, reason);
    }
  }

  #blame({ run, path }: { run: number; path: string }, reason: string): void {
    const active = this.#active.get(run);
    if (active !== undefined) active.broken[path] = reason;
  }

  #giveUp(run: number, { resolve }: Active, reason: string): void {
    this.#active.delete(run);
    resolve({
      kind: 'failed',
      failure: 'other',
      message: `The indexing thread ends again and again: ${reason}.`,
    });
  }
}
