import type { Log } from '#server/kernel/log.ts';
import type { Question } from './question.ts';
import { type Questions, SLOW_QUESTIONS } from './questions.ts';
import { ReadingThread } from './reading/reading-thread.ts';

export interface IndexReaderOptions {
  log: Log;
  /** Of the SQLite file of a workspace's index. */
  pathOf(workspaceId: string): string;
  /** Real path of the folder. Errors: not_found for a workspace that is not open. */
  rootOf(workspaceId: string): string;
  /** Told when the file of an index turns out to be damaged. */
  onDamaged?: ((workspaceId: string) => void) | undefined;
}

export interface AskOptions {
  /** Milliseconds from when the question is begun; 2,000 unless told. */
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
}

type InputOf<Name extends keyof Questions> =
  Questions[Name] extends Question<infer Input, unknown> ? Input : never;
type AnswerOf<Name extends keyof Questions> = Awaited<ReturnType<Questions[Name]>>;

/** Asks the indexes of workspaces beside the daemon's event loop. */
export interface IndexReader {
  /**
   * Answers with what the question of that name does. When the time is up: with what it had found, if it tells that.
   * Errors: timeout, not_found while there is no index, the question's own, and the signal's reason.
   */
  ask<Name extends keyof Questions>(
    name: Name,
    workspaceId: string,
    input: InputOf<Name>,
    options?: AskOptions,
  ): Promise<AnswerOf<Name>>;
  /** Resolves when the connections to an index are closed, e.g. before its file goes. */
  forget(workspaceId: string): Promise<void>;
  close(): Promise<void>;
}

const DEADLINE_MS = 2000;

/** One thread for what is answered while a person types, one for what reads the whole folder; each starts when it is asked. */
export function createIndexReader({
  log,
  pathOf,
  rootOf,
  onDamaged = () => undefined,
}: IndexReaderOptions): IndexReader {
  const quick = new ReadingThread(log, onDamaged);
  const slow = new ReadingThread(log, onDamaged);
  return {
    async ask(name, workspaceId, ...[input, { deadlineMs = DEADLINE_MS, signal } = {}]) {
      signal?.throwIfAborted();
      const address = { workspaceId, path: pathOf(workspaceId), root: rootOf(workspaceId) };
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      const thread = SLOW_QUESTIONS.has(name) ? slow : quick;
      thread.ask({ name, address, input, deadlineMs, signal, resolve, reject });
      return promise;
    },
    async forget(workspaceId) {
      await Promise.all([quick.forget(workspaceId), slow.forget(workspaceId)]);
    },
    async close() {
      await Promise.all([quick.close(), slow.close()]);
    },
  };
}
