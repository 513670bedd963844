import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Address, FromThread, ToThread } from './messages.ts';

/** A question that ran out of memory ends its thread, not the daemon. Megabytes. */
const MEMORY = 512;
/** Milliseconds for starting a thread; that is not the question's fault. */
const START_MS = 20_000;

interface Task {
  name: string;
  address: Address;
  input: unknown;
  deadlineMs: number;
  signal: AbortSignal | undefined;
  resolve(answer: never): void;
  reject(reason: unknown): void;
  /** What it has found so far. */
  partial?: { answer: never };
}

/** One thread that answers questions one after the other; it is ended, and started again, when one takes too long. */
export class ReadingThread {
  readonly #log: Log;
  readonly #onDamaged: (workspaceId: string) => void;
  #worker: Worker | undefined;
  #ready = false;
  #waiting: Task[] = [];
  #running: { id: number; task: Task } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #closed = false;

  constructor(log: Log, onDamaged: (workspaceId: string) => void) {
    this.#log = log;
    this.#onDamaged = onDamaged;
  }

  /** Its place in the queue is given up, and the answer dropped, when `signal` is aborted. */
  ask(task: Task): void {
    if (this.#closed) return task.reject(new AppError('conflict', 'The daemon is stopping.'));
    this.#waiting.push(task);
    task.signal?.addEventListener('abort', () => this.#abandon(task), { once: true });
    this.#next();
  }

  /** Resolves when the connection is closed, after the question that runs. */
  async forget(workspaceId: string): Promise<void> {
    const worker = this.#worker;
    if (!worker || !this.#ready) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const heard = (message: FromThread) => {
      if (message.kind === 'forgotten' && message.workspaceId === workspaceId) resolve();
    };
    worker.on('message', heard);
    worker.once('exit', resolve);
    this.#send({ kind: 'forget', workspaceId });
    await promise;
    worker.off('message', heard);
    worker.off('exit', resolve);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end(new AppError('conflict', 'The daemon is stopping.'));
    for (const task of this.#waiting.splice(0))
      task.reject(new AppError('conflict', 'The daemon is stopping.'));
  }

  #next(): void {
    if (this.#running || this.#waiting.length === 0) {
      if (!this.#running) this.#worker?.unref();
      return;
    }
    const worker = this.#started();
    worker.ref();
    this.#limit(START_MS, 'The thread that reads indexes did not start.');
    if (!this.#ready) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    const { name, address, input, deadlineMs } = task;
    const id = (this.#lastId += 1);
    this.#running = { id, task };
    this.#limit(deadlineMs, `It took longer than ${deadlineMs / 1000} seconds and was ended.`);
    this.#send({ kind: 'ask', id, name, address, input });
  }

  #limit(milliseconds: number, message: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#overdue(message), milliseconds);
    this.#timer.unref();
  }

  async #overdue(message: string): Promise<void> {
    const task = this.#running?.task;
    this.#log.warn({ question: task?.name }, 'a question to an index took too long; its thread was ended');
    await this.#end(new AppError('timeout', message));
    this.#next();
  }

  #abandon(task: Task): void {
    task.reject(task.signal?.reason);
    const place = this.#waiting.indexOf(task);
    if (place >= 0) this.#waiting.splice(place, 1);
    else if (this.#running?.task === task) this.#send({ kind: 'abandon', id: this.#running.id });
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY },
    });
    const died = (cause: unknown) => {
      if (this.#worker !== worker) return;
      void this.#end(
        new AppError('internal', 'The thread that reads indexes ended unexpectedly.', { cause }),
      );
      this.#next();
    };
    worker.on('message', (message: FromThread) => this.#worker === worker && this.#heard(message));
    worker.on('error', died);
    worker.on('exit', died);
    this.#worker = worker;
    return worker;
  }

  #heard(message: FromThread): void {
    if (message.kind === 'ready') {
      this.#ready = true;
      this.#next();
      return;
    }
    if (message.kind === 'forgotten') return;
    const running = this.#running;
    if (running?.id !== message.id) return;
    if (message.kind === 'partial') {
      running.task.partial = { answer: message.answer };
      return;
    }
    clearTimeout(this.#timer);
    this.#running = undefined;
    if (message.kind === 'answer') running.task.resolve(message.answer);
    else running.task.reject(asError(message));
    const { path, workspaceId } = running.task.address;
    const isGone = message.kind === 'failed' && message.code === 'not_found' && !existsSync(path);
    if (isGone || (message.kind === 'failed' && message.damaged)) this.#onDamaged(workspaceId);
    this.#next();
  }

  /** Ends the thread; what it was at fails, or is answered with what was found. Others wait for the thread after it. */
  async #end(error: AppError): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    const task = this.#running?.task;
    this.#worker = undefined;
    this.#ready = false;
    this.#running = undefined;
    if (task?.partial && error.code === 'timeout') task.resolve(task.partial.answer);
    else if (task) task.reject(error);
    // A thread that cannot start fails whoever waits for it, or they would wait forever.
    else if (error.code !== 'conflict') this.#waiting.shift()?.reject(error);
    await worker?.terminate();
  }
}

function asError({ code, message, details, stack }: Extract<FromThread, { kind: 'failed' }>): AppError {
  const error = new AppError(code, message, details && { details });
  if (code === 'internal' && stack !== undefined) error.stack = stack;
  return error;
}
