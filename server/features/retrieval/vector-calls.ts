import { Worker } from 'node:worker_threads';
import { AppError } from '#server/kernel/errors.ts';
import type { VectorQuestions, VectorReply } from './vector-thread.ts';

/** The thread that holds the vectors: it starts with the first call, and again after it died. */
export interface VectorCalls {
  /** Errors: those of VectorTables; engine_unavailable when the thread ended, rejects with the signal's reason. */
  call<Name extends keyof VectorQuestions>(
    name: Name,
    input: VectorQuestions[Name]['input'],
    signal?: AbortSignal,
  ): Promise<VectorQuestions[Name]['answer']>;
  /** Calls under way end; later ones fail. */
  stop(): Promise<void>;
}

interface Waiting {
  settle(reply: VectorReply<never>): void;
  fail(error: unknown): void;
}

/** Milliseconds for what is under way to end, and for open tables to be closed. */
const CLOSE_MS = 10_000;
const THREAD = new URL('./vector-thread.ts', import.meta.url);
/** Without work for so long it ends: LanceDB holds some 50 MB. */
const IDLE_MS = 60_000;

/**
 * A thread, because loading LanceDB takes some 200 ms and each answer some more of pure JavaScript: the daemon's event
 * loop writes answers to browsers meanwhile.
 */
export function createVectorCalls(folder: string, idleMs = IDLE_MS): VectorCalls {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let count = 0;
  let stopped = false;
  const idle = after(idleMs, () => void end(() => waiting.size === 0).catch(() => undefined));

  const started = (): Worker => {
    if (worker) return worker;
    const fresh = new Worker(THREAD, { workerData: folder });
    const died = (cause: unknown) => {
      if (worker !== fresh) return;
      worker = undefined;
      const error = new AppError('internal', 'The thread that holds the vectors ended.', { cause });
      for (const { fail } of waiting.values()) fail(error);
    };
    fresh.on('message', (reply: VectorReply<never>) => waiting.get(reply.id)?.settle(reply));
    fresh.on('error', died);
    fresh.on('exit', died);
    fresh.unref();
    worker = fresh;
    return fresh;
  };

  const call: VectorCalls['call'] = (name, input, signal) => {
    if (stopped) return Promise.reject(new AppError('internal', 'The vectors are closed.'));
    if (signal?.aborted) return Promise.reject(signal.reason);
    count += 1;
    const id = count;
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(id);
        signal?.removeEventListener('abort', abort);
        if (waiting.size > 0) return;
        // A thread without work keeps no process alive.
        worker?.unref();
        idle.begin();
      };
      const fail = (error: unknown) => {
        leave();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const settle = (reply: VectorReply<never>) => {
        if ('error' in reply) return fail(new AppError(reply.error.code, reply.error.message));
        leave();
        resolve(reply.answer);
      };
      waiting.set(id, { settle, fail });
      signal?.addEventListener('abort', abort);
      idle.end();
      const thread = started();
      thread.ref();
      thread.postMessage({ id, name, input });
    });
  };

  /** Lets calls settle first: a thread that ends under a call of LanceDB takes the process along. */
  const end = async (isWanted: () => boolean): Promise<void> => {
    const last = worker;
    if (!last) return;
    await call('close', null, AbortSignal.timeout(CLOSE_MS));
    if (!isWanted()) return;
    worker = undefined;
    await last.terminate();
  };

  return {
    call,
    async stop() {
      const ending = end(() => true);
      stopped = true;
      // One that does not end is left alone: it holds nothing that a stop of the process would spoil.
      await ending.catch(() => undefined);
      idle.end();
      worker = undefined;
      for (const { fail } of waiting.values()) fail(new AppError('internal', 'The vectors are closed.'));
    },
  };
}

/** Does something after so many milliseconds in which `begin` was not called again. */
function after(ms: number, act: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  return {
    end,
    begin() {
      end();
      timer = setTimeout(act, ms).unref();
    },
  };
}
