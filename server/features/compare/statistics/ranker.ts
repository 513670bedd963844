import { Worker } from 'node:worker_threads';
import { AppError } from '#server/kernel/errors.ts';
import type { NextPair, NextPairOptions } from './next-pair.ts';
import type { Ranking } from './ranking.ts';
import { tabulate, type VoteCount, type VoteTable } from './vote-table.ts';
import type { Question, Reply } from './worker.ts';

export interface RankOptions {
  /** Ids that are ranked even without a vote. */
  contestants?: readonly string[];
}

/** Rankings computed beside the daemon's event loop, in one thread that starts with the first call. */
export interface Ranker {
  /**
   * Ranks contestants by votes; any order of the counts gives the same ranking to the last bit. A ranking of a tag is
   * that of its votes alone. Throws `invalid_request` as `tabulate` does, `internal` when the thread dies, and the
   * signal's reason when aborted.
   */
  rank(counts: Iterable<VoteCount>, options?: RankOptions, signal?: AbortSignal): Promise<Ranking>;
  /** The pair to vote on next, as `nextPair`; throws as `rank` does. */
  nextPair(
    counts: Iterable<VoteCount>,
    options: NextPairOptions & RankOptions,
    signal?: AbortSignal,
  ): Promise<NextPair | undefined>;
  /** Ends the thread; calls under way fail. A later call starts it again. */
  stop(): Promise<void>;
}

export function createRanker(): Ranker {
  return new RankingThread();
}

type Task = { kind: 'rank' } | { kind: 'next_pair'; options: NextPairOptions };

interface Waiting {
  resolve: (reply: Reply) => void;
  reject: (reason: unknown) => void;
}

class RankingThread implements Ranker {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #lastId = 0;

  async rank(counts: Iterable<VoteCount>, options: RankOptions = {}, signal?: AbortSignal): Promise<Ranking> {
    const table = tabulate(counts, options.contestants);
    const reply = await this.#ask(table, { kind: 'rank' }, signal);
    if (reply.kind !== 'ranking') throw unexpected(reply);
    return reply.ranking;
  }

  async nextPair(
    counts: Iterable<VoteCount>,
    { contestants, ...options }: NextPairOptions & RankOptions,
    signal?: AbortSignal,
  ): Promise<NextPair | undefined> {
    const table = tabulate(counts, contestants);
    const reply = await this.#ask(table, { kind: 'next_pair', options }, signal);
    if (reply.kind !== 'pair') throw unexpected(reply);
    return reply.pair;
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#fail(new AppError('internal', 'The ranking was stopped.'));
    await worker?.terminate();
  }

  async #ask(table: VoteTable, task: Task, signal?: AbortSignal): Promise<Reply> {
    signal?.throwIfAborted();
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    this.#waiting.set(id, { resolve, reject });
    // Counting 10,000 votes and starting a thread take 5 to 10 ms each, cold: not in one turn of the event loop.
    if (this.#worker) this.#send({ id, table, ...task });
    else setImmediate(() => this.#send({ id, table, ...task }));
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#waiting.delete(id);
      // A thread without work keeps no process alive.
      if (this.#waiting.size === 0) this.#worker?.unref();
    }
  }

  #send(question: Question): void {
    const waiting = this.#waiting.get(question.id);
    if (waiting === undefined) return;
    try {
      const worker = this.#started();
      worker.ref();
      worker.postMessage(question, [question.table.votes.buffer]);
    } catch (cause) {
      waiting.reject(new AppError('internal', 'The thread that ranks could not be started.', { cause }));
    }
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.resolve(reply));
    const died = (cause: unknown) => {
      if (this.#worker === worker) {
        this.#fail(new AppError('internal', 'The thread that ranks ended unexpectedly.', { cause }));
      }
    };
    worker.on('error', died);
    worker.on('exit', died);
    this.#worker = worker;
    return worker;
  }

  #fail(error: AppError): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function unexpected(reply: Reply): AppError {
  const message =
    reply.kind === 'failed' ? reply.message : 'The thread that ranks answered another question.';
  return new AppError('internal', message);
}
