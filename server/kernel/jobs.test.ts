import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { AppError } from './errors.ts';
import { createMeter, measured } from './job-meter.ts';
import { createJobs, type Job, type JobRun, type Jobs } from './jobs.ts';
import { createLog } from './log.ts';

interface Call {
  job: JobRun<{ file: string }>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

let database: Database;
let announced: Job[];
let watchers: { until: (job: Job) => boolean; resolve: (job: Job) => void }[];
let calls: Call[];
let callers: ((call: Call) => void)[];

beforeEach(() => {
  database = openTestDatabase();
  announced = [];
  watchers = [];
  calls = [];
  callers = [];
});
afterEach(() => {
  vi.useRealTimers();
  database.close();
});

/** A daemon's jobs over the same database; each run is ended by the test. */
function open(): Jobs {
  const jobs = createJobs({
    database,
    log: createLog({ level: 'debug' }),
    announce: (job) => {
      announced.push(job);
      for (const watcher of watchers) if (watcher.until(job)) watcher.resolve(job);
    },
  });
  jobs.define({
    kind: 'copy',
    unit: 'bytes',
    parse: (input) => z.object({ file: z.string() }).parse(input),
    run: (job) =>
      new Promise((resolve, reject) => {
        const call = { job, resolve, reject };
        job.signal.addEventListener('abort', () => reject(job.signal.reason));
        calls.push(call);
        callers.shift()?.(call);
      }),
  });
  return jobs;
}

const until = (test: (job: Job) => boolean) =>
  new Promise<Job>((resolve) => watchers.push({ until: test, resolve }));
const status = (id: string, wanted: Job['status']) => until((job) => job.id === id && job.status === wanted);
const nextCall = () => new Promise<Call>((resolve) => callers.push(resolve));

describe('a job', () => {
  test('runs, reports, and keeps its result', async () => {
    const jobs = open();
    const called = nextCall();
    const { id, status: first } = jobs.start('copy', 'Copy a', { file: 'a' });
    expect(first).toBe('queued');
    const call = await called;
    expect(call.job.input).toEqual({ file: 'a' });
    expect(jobs.find(id)?.status).toBe('running');
    call.job.progress(10, 100);
    const done = status(id, 'done');
    call.resolve({ copied: 100 });
    expect(await done).toMatchObject({
      result: { copied: 100 },
      done: 10,
      total: 100,
      unit: 'bytes',
      rate: null,
    });
  });

  test('that fails says why, and runs again from its checkpoint', async () => {
    const jobs = open();
    let called = nextCall();
    const { id } = jobs.start('copy', 'Copy a', { file: 'a' });
    const first = await called;
    first.job.saveCheckpoint({ at: 7 });
    const failed = status(id, 'failed');
    first.reject(new AppError('upstream_failed', 'The host hung up.'));
    expect((await failed).error).toEqual({ code: 'upstream_failed', message: 'The host hung up.' });
    called = nextCall();
    expect(jobs.resume(id)).toMatchObject({ status: 'queued', error: null });
    expect((await called).job.checkpoint).toEqual({ at: 7 });
    await jobs.stop();
  });

  test('that is cancelled stops at once, stays cancelled, and can be resumed', async () => {
    const jobs = open();
    let called = nextCall();
    const { id } = jobs.start('copy', 'Copy a', { file: 'a' });
    const call = await called;
    call.job.progress(5, 10);
    expect(jobs.cancel(id)).toMatchObject({ status: 'cancelled', done: 5, total: 10 });
    expect(call.job.signal.aborted).toBe(true);
    call.job.progress(9, 10);
    expect(jobs.find(id)).toMatchObject({ status: 'cancelled', done: 5 });
    called = nextCall();
    jobs.resume(id);
    await called;
    expect(jobs.find(id)?.status).toBe('running');
    await jobs.stop();
  });

  test('that waits can be cancelled and never runs; a finished one stays finished', async () => {
    const jobs = open();
    const called = nextCall();
    const first = jobs.start('copy', 'a', { file: 'a' });
    const second = jobs.start('copy', 'b', { file: 'b' });
    const call = await called;
    jobs.cancel(second.id);
    const done = status(first.id, 'done');
    call.resolve(null);
    await done;
    expect(jobs.cancel(first.id).status).toBe('done');
    await jobs.stop();
    expect(calls).toHaveLength(1);
  });

  test('refused input, an unknown kind and an unknown id change nothing', () => {
    const jobs = open();
    expect(() => jobs.start('copy', 'x', { file: 7 })).toThrow();
    expect(() => jobs.start('paint', 'x', {})).toThrow(/paint/);
    for (const act of [jobs.cancel, jobs.resume])
      expect(() => act.call(jobs, 'nobody')).toThrow(/does not exist/);
    expect(jobs.list()).toEqual([]);
  });
});

describe('several jobs', () => {
  test('of one kind run one after the other, in order', async () => {
    const jobs = open();
    const ids = ['a', 'b', 'c'].map((file) => jobs.start('copy', file, { file }).id);
    for (const [index, file] of ['a', 'b', 'c'].entries()) {
      const call = calls[index] ?? (await nextCall());
      expect(call.job.input.file).toBe(file);
      expect(jobs.list({ status: ['running'] })).toHaveLength(1);
      const done = status(ids[index]!, 'done');
      call.resolve(null);
      await done;
    }
    expect(jobs.list({ kind: 'copy' }).map(({ title }) => title)).toEqual(['c', 'b', 'a']);
  });
});

describe('a restart of the daemon', () => {
  test('takes up what was running and waiting, with checkpoints and progress', async () => {
    const before = open();
    const called = nextCall();
    const { id } = before.start('copy', 'a', { file: 'a' });
    before.start('copy', 'b', { file: 'b' });
    const call = await called;
    call.job.progress(40, 100);
    call.job.saveCheckpoint({ at: 40 });
    await before.stop();

    const after = open();
    const again = nextCall();
    after.recover();
    const resumed = await again;
    expect(resumed.job).toMatchObject({ id, checkpoint: { at: 40 }, input: { file: 'a' } });
    expect(after.find(id)).toMatchObject({ status: 'running', done: 40, total: 100 });
    const second = nextCall();
    resumed.resolve(null);
    expect((await second).job.input).toEqual({ file: 'b' });
    await after.stop();
  });
});

test('progress reaches browsers at most five times a second, and the rows once', async () => {
  const jobs = open();
  const called = nextCall();
  jobs.start('copy', 'a', { file: 'a' });
  const { job } = await called;
  const before = announced.length;
  vi.useFakeTimers();
  for (let done = 1; done <= 10_000; done += 1) {
    job.progress(done, 10_000);
    if (done % 10 === 0) vi.advanceTimersByTime(1);
  }
  expect(announced.length - before).toBe(5);
  expect(jobs.find(job.id)?.done).toBe(10_000);
  await jobs.stop();
});

test('the rate is that of the last seconds, and the time left follows from it', () => {
  vi.useFakeTimers();
  const meter = createMeter({ done: 1000, total: 5000 });
  const now = Date.now();
  expect(measured(meter)).toEqual({ rate: null, secondsLeft: null });
  for (let second = 20; second >= 10; second -= 1) meter.add(1000, 5000, now - second * 1000);
  for (let second = 9; second >= 0; second -= 1) meter.add(2000 - second * 100, 5000, now - second * 1000);
  expect(meter.rate(now)).toBeCloseTo(100, 0);
  expect(measured(meter).secondsLeft).toBeCloseTo(30, 0);
});
