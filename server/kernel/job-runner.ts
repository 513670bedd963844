import { monotonicFactory } from 'ulid';
import type { Database } from '#db/client.ts';
import { AppError, toAppError } from './errors.ts';
import { createMeter, type Meter, measured } from './job-meter.ts';
import type { Job, JobKind, JobRun, Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import { createJobStore, type JobRow } from './store.ts';

/** Jobs wait in the order of their ids, also those of one millisecond. */
const newId = monotonicFactory();

export interface JobsOptions {
  database: Database;
  log: Log;
  /** Announces a job to browsers on topic `jobs`. */
  announce: (job: Job) => void;
}

/** A kind with its input type folded away, so that kinds of all inputs fit one map. */
interface Runner {
  unit: string;
  check(input: unknown): void;
  run(job: JobRun<unknown>): Promise<unknown>;
}

interface Running {
  id: string;
  controller: AbortController;
  meter: Meter;
  settled: Promise<void>;
}

type Progress = Pick<JobRow, 'done' | 'total' | 'updatedAt'>;

const ANNOUNCE_MS = 200;
const SAVE_MS = 1000;
const STOP_MS = 5000;

/** Runs rows one at a time per kind; the row is the truth, what is here is only what runs at this moment. */
export class JobRunner implements Jobs {
  readonly #options: JobsOptions;
  readonly #store: ReturnType<typeof createJobStore>;
  readonly #runners = new Map<string, Runner>();
  readonly #running = new Map<string, Running>();
  #stopping = false;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#store = createJobStore(options.database);
  }

  define<Input>({ kind, unit, parse, run }: JobKind<Input>): void {
    this.#runners.set(kind, {
      unit,
      check: (input) => void parse(input),
      run: (job) => run({ ...job, input: parse(job.input) }),
    });
  }

  start(kind: string, title: string, input: unknown): Job {
    const { unit, check } = this.#runner(kind);
    check(input);
    const now = Date.now();
    const row: JobRow = {
      ...{ id: newId(), kind, title, status: 'queued', input, unit, done: 0, total: null },
      ...{ checkpoint: null, result: null, error: null, createdAt: now, updatedAt: now, finishedAt: null },
    };
    this.#store.add(row);
    this.#options.announce(this.#shown(row));
    queueMicrotask(() => this.#next(kind));
    return this.#shown(row);
  }

  cancel(id: string): Job {
    const row = this.#need(id);
    if (row.status !== 'queued' && row.status !== 'running') return this.#shown(row);
    const active = this.#active(row);
    active?.controller.abort(new AppError('conflict', 'The job was cancelled.'));
    return this.#change(id, { status: 'cancelled', ...active?.meter.last(), finishedAt: Date.now() });
  }

  resume(id: string): Job {
    const row = this.#need(id);
    if (row.status !== 'failed' && row.status !== 'cancelled') return this.#shown(row);
    const job = this.#change(id, { status: 'queued', error: null, finishedAt: null });
    queueMicrotask(() => this.#next(row.kind));
    return job;
  }

  find(id: string): Job | undefined {
    const row = this.#store.find(id);
    return row && this.#shown(row);
  }

  list(filter: Parameters<Jobs['list']>[0] = {}): Job[] {
    return this.#store.list(filter).map((row) => this.#shown(row));
  }

  recover(): void {
    for (const { id } of this.#store.list({ status: ['running'] }))
      this.#store.change(id, { status: 'queued' });
    for (const kind of this.#runners.keys()) this.#next(kind);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const active = [...this.#running.values()];
    for (const { controller } of active) {
      controller.abort(new AppError('conflict', 'MLX Code is stopping.'));
    }
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, STOP_MS);
    await Promise.race([Promise.all(active.map(({ settled }) => settled)), late]);
    clearTimeout(limit);
  }

  #next(kind: string): void {
    if (this.#stopping || this.#running.has(kind)) return;
    const row = this.#store.list({ kind, status: ['queued'] }).at(-1);
    if (!row) return;
    const entry: Running = {
      id: row.id,
      controller: new AbortController(),
      meter: createMeter(row),
      settled: Promise.resolve(),
    };
    this.#running.set(kind, entry);
    entry.settled = this.#perform(row, entry)
      .catch((error: unknown) =>
        this.#options.log.error({ err: error, job: row.id }, 'a job could not be brought to its end'),
      )
      .finally(() => {
        this.#running.delete(kind);
        this.#next(kind);
      });
  }

  async #perform(row: JobRow, { controller: { signal }, meter }: Running): Promise<void> {
    this.#change(row.id, { status: 'running', error: null, finishedAt: null });
    const report = this.#reporter(row, meter);
    try {
      const result = await this.#runner(row.kind).run({
        id: row.id,
        input: row.input,
        checkpoint: row.checkpoint,
        signal,
        progress: (done, total = meter.total) => {
          if (!signal.aborted) report(done, total);
        },
        saveCheckpoint: (checkpoint) => this.#store.change(row.id, { checkpoint, updatedAt: Date.now() }),
      });
      if (signal.aborted) return;
      this.#change(row.id, { status: 'done', result, ...meter.last(), finishedAt: Date.now() });
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = toAppError(error);
      this.#options.log.warn({ err: error, job: row.id, kind: row.kind }, `the job "${row.title}" failed`);
      const failure = { status: 'failed', error: { code, message } } as const;
      this.#change(row.id, { ...failure, ...meter.last(), finishedAt: Date.now() });
    }
  }

  /** Rows are written once a second and events sent five times a second, however often a job reports. */
  #reporter(row: JobRow, meter: Meter): (done: number, total: number | null) => void {
    let savedAt = 0;
    let announcedAt = 0;
    return (done, total) => {
      const now = Date.now();
      meter.add(done, total, now);
      const change: Progress = { done, total, updatedAt: now };
      if (now - savedAt >= SAVE_MS) {
        savedAt = now;
        this.#store.progress(row.id, change);
      }
      if (now - announcedAt < ANNOUNCE_MS) return;
      announcedAt = now;
      this.#options.announce(this.#shown({ ...row, status: 'running', ...change }));
    };
  }

  #change(id: string, values: Partial<JobRow>): Job {
    this.#store.change(id, { ...values, updatedAt: Date.now() });
    const job = this.#shown(this.#need(id));
    this.#options.announce(job);
    return job;
  }

  #shown(row: JobRow): Job {
    const running = row.status === 'running' ? this.#active(row) : undefined;
    return { ...row, ...running?.meter.last(), ...measured(running?.meter) };
  }

  #active({ id, kind }: JobRow): Running | undefined {
    const running = this.#running.get(kind);
    return running?.id === id ? running : undefined;
  }

  #need(id: string): JobRow {
    const row = this.#store.find(id);
    if (!row) throw new AppError('not_found', 'This job does not exist.');
    return row;
  }

  #runner(kind: string): Runner {
    const runner = this.#runners.get(kind);
    if (!runner) throw new AppError('unsupported', `MLX Code has no jobs of the kind ${kind}.`);
    return runner;
  }
}
