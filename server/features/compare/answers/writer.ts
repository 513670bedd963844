import type { Activity } from '#server/generation/activity.ts';
import type { GenerationRequest, GenerationResult, Generations } from '#server/generation/generation.ts';
import type { Disk } from '#server/kernel/disk.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { Hooks, ModelEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements, AnswerState } from '../announcements.ts';
import type { ComparisonStore } from '../store.ts';
import type { AnswerRow, TurnStore } from '../turn-store.ts';
import { isHidden, isSettled } from '../views.ts';
import { AnswerSink } from './answer-sink.ts';
import type { AnswerStore, Ending } from './answer-store.ts';
import type { Checker } from './checker.ts';
import { watchMemory } from './memory-watch.ts';
import { untilQuiet, watchNeighbours } from './neighbours.ts';
import { requestOf } from './prompt.ts';

export interface WriterParts {
  generations: Generations;
  activity: Activity;
  hooks: Hooks;
  comparisons: ComparisonStore;
  turns: TurnStore;
  answers: AnswerStore;
  checker: Checker;
  announcements: Announcements;
  disk: Pick<Disk, 'reportFull'>;
  log: Log;
}

export interface WriteOptions {
  /** Waits until no other model writes, so that its timings can be compared. */
  alone: boolean;
  priority: 'interactive' | 'batch';
  /** Aborted: the answer stops where it is and may go on later. */
  signal: AbortSignal;
}

interface Entry {
  done: Promise<AnswerRow | undefined>;
  stopping: AbortController;
}

const SAVE_AGAIN_MS = 2_000;

/** Writes answers: one model, one prompt, to its end. */
export class Writer {
  readonly #parts: WriterParts;
  readonly #writing = new Map<string, Entry>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /**
   * Resolves with the answer as it ended, or undefined when it was not to be written any more. What fails is said in
   * the answer. Rejects only with the signal's reason.
   */
  write(answerId: string, options: WriteOptions): Promise<AnswerRow | undefined> {
    const running = this.#writing.get(answerId);
    if (running) return running.done;
    const stopping = new AbortController();
    const entry: Entry = { stopping, done: Promise.resolve(undefined) };
    this.#writing.set(answerId, entry);
    entry.done = this.#write(answerId, entry, options).finally(() => this.#writing.delete(answerId));
    return entry.done;
  }

  /** Ends answers as cancelled, written or waiting; how many there were. */
  stop(answerIds: readonly string[]): number {
    const ended = this.#parts.answers.end(answerIds, CANCELLED);
    const written = answerIds.filter((id) => this.#parts.generations.running(id) && !ended.includes(id));
    for (const id of answerIds)
      this.#writing.get(id)?.stopping.abort(new AppError('conflict', 'It was stopped.'));
    for (const id of ended) this.#tell(id);
    return ended.length + written.length;
  }

  /** Ends everything of these contestants that still waits, with the reason why the last one failed. */
  async giveUp(
    comparisonId: string,
    contestantIds: readonly string[],
    error: NonNullable<AnswerRow['error']>,
  ): Promise<void> {
    const ending: Ending = { status: 'failed', finishReason: 'error', error };
    while (this.#parts.answers.endWaiting(comparisonId, contestantIds, ending) > 0)
      await new Promise(setImmediate);
    this.#parts.announcements.changed(comparisonId);
  }

  async #write(answerId: string, { stopping }: Entry, options: WriteOptions): Promise<AnswerRow | undefined> {
    const either = { ...options, signal: AbortSignal.any([options.signal, stopping.signal]) };
    try {
      for (;;) {
        const row = this.#parts.answers.stored(answerId);
        if (!row || (row.status !== 'waiting' && row.status !== 'interrupted')) return undefined;
        if (options.alone) await this.#untilQuiet(row, either.signal);
        const ended = await this.#attempt(row, either, stopping.signal);
        if (ended !== 'again') return ended;
        // What others hold may be free once they are done.
        await this.#untilQuiet(row, either.signal);
      }
    } catch (error) {
      if (stopping.signal.aborted) return this.#parts.answers.stored(answerId);
      throw error;
    }
  }

  async #untilQuiet(row: AnswerRow, signal: AbortSignal): Promise<void> {
    const { announcements, activity } = this.#parts;
    if (activity.running().length === 0) return signal.throwIfAborted();
    const state: AnswerState = { phase: 'waiting', reason: 'Other answers are being written.' };
    announcements.state(row, state, this.#isHidden(row));
    await untilQuiet(activity, signal);
  }

  async #attempt(
    row: AnswerRow,
    { signal, priority }: WriteOptions,
    stopped: AbortSignal,
  ): Promise<AnswerRow | 'again' | undefined> {
    const { generations, activity, answers } = this.#parts;
    const sink = this.#sink(row);
    const request = await this.#request(row).catch((error: unknown) => toAppError(error));
    signal.throwIfAborted();
    if (request instanceof AppError) {
      const { code, message } = request;
      // Deleted meanwhile: it waits for whoever restores it.
      if (code === 'gone') return undefined;
      await this.#save(sink, { status: 'failed', finishReason: 'error', error: { code, message } });
      return this.#tell(row.id);
    }
    generations.start({ ...request, priority }, sink);
    const isAlone = watchNeighbours(activity, row.id);
    const memory = watchMemory(activity, request.modelId);
    const abort = () => void generations.stop(row.id);
    signal.addEventListener('abort', abort);
    const result = await sink.ended;
    signal.removeEventListener('abort', abort);
    const alone = isAlone();
    const memoryBytes = memory.end();
    if (result.error?.code === 'insufficient_memory' && activity.running().length > 0) {
      await this.#save(sink, INTERRUPTED);
      return 'again';
    }
    const paused = signal.aborted && !stopped.aborted;
    const ending = sink.hasOtherModel ? OTHER_MODEL : endingOf(result, paused);
    await this.#save(sink, { ...ending, alone });
    // What is known only now: kept first is what was said.
    answers.record(row.id, { memoryBytes: await memoryBytes });
    if (ending.status === 'complete') await this.check(row.id);
    return this.#tell(row.id);
  }

  async #request(row: AnswerRow): Promise<Omit<GenerationRequest, 'priority'>> {
    const { turns, comparisons, hooks } = this.#parts;
    const { turn, comparison } = turns.find(row.turnId);
    const [contestant] = comparisons.contestants([row.contestantId]);
    if (!contestant) throw new AppError('not_found', 'This contestant does not exist.');
    const model = await findModel(hooks, contestant.modelId);
    return requestOf(turns, { comparison, contestant, turn, answer: row, model });
  }

  /** Evaluates the checks of a complete answer. */
  async check(answerId: string): Promise<void> {
    const { answers, turns, checker } = this.#parts;
    const row = answers.stored(answerId);
    if (!row) return;
    const results = await checker.evaluate(row.text, turns.checksOf(row.turnId));
    answers.record(answerId, { checks: results });
  }

  /** Keeps at it while the disk is full: what was written is not lost. */
  async #save(sink: AnswerSink, ending: Ending): Promise<void> {
    while (!sink.save(ending)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, SAVE_AGAIN_MS).unref();
      await promise;
    }
  }

  /** Shows an answer that ended; once nothing is left to judge, who is who may be seen. */
  #tell(answerId: string): AnswerRow | undefined {
    const { answers, turns, announcements } = this.#parts;
    const row = answers.stored(answerId);
    if (!row) return undefined;
    try {
      const { turn, comparison } = turns.find(row.turnId);
      const [whole] = turns.whole([turn]);
      const settled = whole !== undefined && isSettled(whole) && turns.reveal(turn.id);
      announcements.answer(row, isHidden(comparison, turn) && !settled);
      announcements.turn(turn.id);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return row;
  }

  #sink(row: AnswerRow): AnswerSink {
    const { answers, log, announcements, disk, generations } = this.#parts;
    const hidden = this.#isHidden(row);
    return new AnswerSink(row, {
      store: answers,
      log,
      onState: (state) => announcements.state(row, state, hidden),
      onDelta: ({ seq, text, reasoning }) =>
        announcements.delta(row.comparisonId, { answer_id: row.id, seq, text, reasoning }),
      onDiskFull: () => disk.reportFull(),
      // Not from within the generation's own call.
      onOtherModel: () => queueMicrotask(() => generations.stop(row.id)),
    });
  }

  #isHidden(row: AnswerRow): boolean {
    try {
      const { turn, comparison } = this.#parts.turns.find(row.turnId);
      return isHidden(comparison, turn);
    } catch (error) {
      if (isGone(error)) return true;
      throw error;
    }
  }
}

/** The model with this id. Errors: not_found; model_unsupported for one that only embeds. */
export async function findModel(hooks: Hooks, id: string): Promise<ModelEntry> {
  for (const source of hooks.all('modelSource')) {
    const entry = await source.find(id);
    if (entry?.embeds)
      throw new AppError(
        'model_unsupported',
        `${entry.name} measures texts and cannot answer. Choose another.`,
      );
    if (entry) return entry;
  }
  throw new AppError('not_found', `The model ${id} is not on this machine any more. Choose another.`);
}

function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'gone';
}

function endingOf(result: GenerationResult, paused: boolean): Ending {
  const { finishReason, usage, timings, error } = result;
  if (finishReason === 'cancelled' && paused) return INTERRUPTED;
  const { prompt_tokens, completion_tokens, cached_tokens } = usage;
  const { prefill, decode, tokens_per_second, load, queue, first_token } = timings;
  return {
    status: finishReason === 'error' ? 'failed' : finishReason === 'cancelled' ? 'cancelled' : 'complete',
    finishReason,
    error: error && { code: error.code, message: error.message },
    usage: { prompt_tokens, completion_tokens, cached_tokens },
    timings: {
      ...{ prefill, decode, tokens_per_second, load },
      first_token: Math.max(0, first_token - load - queue),
    },
  };
}

const CANCELLED: Ending = { status: 'cancelled', finishReason: 'cancelled', error: null };

/** It goes on from here. */
const INTERRUPTED: Ending = { status: 'interrupted', finishReason: null, error: null };

const OTHER_MODEL: Ending = {
  status: 'failed',
  finishReason: 'error',
  error: {
    code: 'conflict',
    message: 'The files of this model changed since the answer began, so it cannot go on. Try it again.',
  },
};
