import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { AppError, toAppError } from './errors.ts';
import { createMeter, type Meter, measured } from './job-meter.ts';
import type { Log } from './log.ts';
import { createJobStore, type JobRow } from './store.ts';

export type JobStatus = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

/** A job as the browser sees it. Milliseconds; `rate` in units a second over the last seconds. */
export interface Job {
  id: string;
  kind: string;
  title: string;
  status: JobStatus;
  input: unknown;
  result: unknown;
  error: { code: string; message: string } | null;
  done: number;
  total: number | null;
  unit: string;
  rate: number | null;
  secondsLeft: number | null;
  createdAt: number;
  updatedAt: number;
}

export interface JobRun<Input> {
  id: string;
  input: Input;
  checkpoint: unknown;
  /** Aborted by cancel and by the daemon's stop; a job stopped by the daemon runs again at the next start. */
  signal: AbortSignal;
  progress(done: number, total?: number | null): void;
  saveCheckpoint(value: unknown): void;
}

export interface JobKind<Input> {
  kind: string;
  unit: string;
  parse(input: unknown): Input;
  run(job: JobRun<Input>): Promise<unknown>;
}

/** Durable jobs: rows in SQLite, run one at a time per kind, taken up again after a restart. Emits `jobs.changed`. */
export interface Jobs {
  define<Input>(kind: JobKind<Input>): void;
  start(kind: string, title: string, input: unknown): Job;
  cancel(id: string): Job;
  /** Runs a failed or cancelled job again from its checkpoint. */
  resume(id: string): Job;
  find(id: string): Job | undefined;
  list(filter?: { kind?: string; status?: JobStatus[] }): Job[];
  /** Takes up what a previous daemon left running. Called once, after all features are set up. */
  recover(): void;
  stop(): Promise<void>;
}

export interface JobEvents {
  'jobs.changed': (job: Job) => void;
}

interface JobsOptions {
  database: Database;
  log: Log;
  /** Announces a job to browsers on topic `jobs`. */
  announce: (job: Job) => void;
}

/** A kind with its input type folded away, so that kinds of all inputs fit one map. */
interface Runner {
  unit: string;
  parse(input: unknown): unknown;
  run(job: JobRun<unknown>, input: unknown): Promise<unknown>;
}

interface Running {
  id: string;
  controller: AbortController;
  settled: Promise<void>;
}

const ANNOUNCE_MS = 200;
const SAVE_MS = 1000;

export function createJobs({ database, log, announce }: JobsOptions): Jobs {
  const store = createJobStore(database);
  const runners = new Map<string, Runner>();
  const running = new Map<string, Running>();
  const meters = new Map<string, Meter>();
  let stopping = false;

  const shown = (row: JobRow): Job => ({ ...row, ...measured(meters.get(row.id), row) });
  const need = (id: string): JobRow => {
    const row = store.find(id);
    if (!row) throw new AppError('not_found', 'This job does not exist.');
    return row;
  };
  const change = (id: string, values: Partial<JobRow>): Job => {
    store.change(id, { ...values, updatedAt: Date.now() });
    const job = shown(need(id));
    announce(job);
    return job;
  };
  const needRunner = (kind: string): Runner => {
    const runner = runners.get(kind);
    if (!runner) throw new AppError('unsupported', `MLX Code has no jobs of the kind ${kind}.`);
    return runner;
  };

  const next = (kind: string): void => {
    if (stopping || running.has(kind)) return;
    const row = store.list({ kind, status: ['queued'] }).at(-1);
    if (!row) return;
    const controller = new AbortController();
    const entry: Running = { id: row.id, controller, settled: Promise.resolve() };
    running.set(kind, entry);
    entry.settled = perform(row, controller.signal)
      .catch((error: unknown) =>
        log.error({ err: error, job: row.id }, 'a job could not be brought to its end'),
      )
      .finally(() => {
        running.delete(kind);
        meters.delete(row.id);
        next(kind);
      });
  };

  const perform = async (row: JobRow, signal: AbortSignal): Promise<void> => {
    const runner = needRunner(row.kind);
    change(row.id, { status: 'running', error: null, finishedAt: null });
    const meter = createMeter(row);
    meters.set(row.id, meter);
    const report = progressReporter({
      meter,
      save: (change) => store.progress(row.id, change),
      announce: (change) => announce(shown({ ...row, status: 'running', ...change })),
    });
    try {
      const input = runner.parse(row.input);
      const job: JobRun<unknown> = {
        id: row.id,
        input,
        checkpoint: row.checkpoint,
        signal,
        progress: (done, total = meter.total) => {
          if (!signal.aborted) report(done, total);
        },
        saveCheckpoint: (checkpoint) => store.change(row.id, { checkpoint, updatedAt: Date.now() }),
      };
      const result = await runner.run(job, input);
      if (signal.aborted) return;
      change(row.id, { status: 'done', result, ...meter.last(), finishedAt: Date.now() });
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = toAppError(error);
      log.warn({ err: error, job: row.id, kind: row.kind }, `the job "${row.title}" failed`);
      change(row.id, { status: 'failed', error: { code, message }, ...meter.last(), finishedAt: Date.now() });
    }
  };

  return {
    define({ kind, unit, parse, run }) {
      runners.set(kind, {
        unit,
        parse,
        run: (job, input) => run({ ...job, input: parse(input) }),
      });
    },
    start(kind, title, input) {
      const { unit, parse } = needRunner(kind);
      parse(input);
      const now = Date.now();
      const row: JobRow = {
        ...{ id: ulid(), kind, title, status: 'queued', input, unit, done: 0, total: null },
        ...{ checkpoint: null, result: null, error: null, createdAt: now, updatedAt: now, finishedAt: null },
      };
      store.add(row);
      announce(shown(row));
      queueMicrotask(() => next(kind));
      return shown(row);
    },
    cancel(id) {
      const row = need(id);
      if (row.status !== 'queued' && row.status !== 'running') return shown(row);
      const active = running.get(row.kind);
      if (active?.id === id) active.controller.abort(new AppError('conflict', 'The job was cancelled.'));
      const last = meters.get(id)?.last() ?? {};
      return change(id, { status: 'cancelled', ...last, finishedAt: Date.now() });
    },
    resume(id) {
      const row = need(id);
      if (row.status !== 'failed' && row.status !== 'cancelled') return shown(row);
      const job = change(id, { status: 'queued', error: null, finishedAt: null });
      queueMicrotask(() => next(row.kind));
      return job;
    },
    find: (id) => {
      const row = store.find(id);
      return row && shown(row);
    },
    list: (filter = {}) => store.list(filter).map(shown),
    recover() {
      for (const row of store.list({ status: ['running'] })) store.change(row.id, { status: 'queued' });
      for (const kind of new Set(store.list({ status: ['queued'] }).map((row) => row.kind))) {
        if (runners.has(kind)) next(kind);
      }
    },
    async stop() {
      stopping = true;
      const active = [...running.values()];
      for (const { controller } of active)
        controller.abort(new AppError('conflict', 'MLX Code is stopping.'));
      await Promise.race([
        Promise.all(active.map(({ settled }) => settled)),
        new Promise((resolve) => setTimeout(resolve, 5000).unref()),
      ]);
    },
  };
}

interface Reporter {
  meter: Meter;
  save(change: Pick<JobRow, 'done' | 'total' | 'updatedAt'>): void;
  announce(change: Pick<JobRow, 'done' | 'total' | 'updatedAt'>): void;
}

/** Rows are written once a second and events sent five times a second, however often a job reports. */
function progressReporter({ meter, save, announce }: Reporter): JobRun<unknown>['progress'] {
  let savedAt = 0;
  let announcedAt = 0;
  return (done, total = meter.total) => {
    const now = Date.now();
    meter.add(done, total, now);
    const change = { done, total, updatedAt: now };
    if (now - savedAt >= SAVE_MS) {
      savedAt = now;
      save(change);
    }
    if (now - announcedAt >= ANNOUNCE_MS) {
      announcedAt = now;
      announce(change);
    }
  };
}
