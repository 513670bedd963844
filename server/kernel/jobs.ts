import { JobRunner, type JobsOptions } from './job-runner.ts';

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

export function createJobs(options: JobsOptions): Jobs {
  return new JobRunner(options);
}
