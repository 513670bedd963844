import type { GenerationResult, GenerationSink, PromptMessage } from '#server/generation/generation.ts';
import { buildPrompt } from '#server/generation/prompt.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import { findModel } from '../answers/writer.ts';
import type { Room } from '../room.ts';
import type { Ensemble } from '../shapes.ts';
import type { AnswerRow, TurnRow, WholeTurn } from '../turn-store.ts';
import { isHidden, isSettled } from '../views.ts';
import type { MergeRow } from './merge-store.ts';
import { similarity } from './similarity.ts';

type Parts = Pick<
  Room,
  'turns' | 'merges' | 'arena' | 'generations' | 'floor' | 'announcements' | 'hooks' | 'log' | 'closing'
>;

const MAX_TOKENS = 4096;
/** Milliseconds between two reports of a merge. */
const REPORT_MS = 200;

const ROLE = `You are given a question and several answers to it, the most trusted one first. Write the one answer that \
is best supported by them. Keep what they agree on. Where they differ, decide by reasons, and say so where it matters. \
Take over code only as a whole, and correct it where it is wrong. Do not mention that there were several answers.`;

/** Several answers to one prompt: how far they agree, and one made of all of them. */
export class Ensembles {
  readonly #parts: Parts;
  /** Merges being written, by turn. */
  readonly #running = new Map<string, MergeRow>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Errors: not_found, gone. */
  async find(turnId: string): Promise<Ensemble> {
    return this.#shown(this.#whole(turnId));
  }

  /**
   * Begins to write the merged answer in the background. Errors: not_found, model_unsupported; conflict while one is
   * written; invalid_request with fewer than two answers that say something.
   */
  async merge(turnId: string, modelId: string): Promise<Ensemble> {
    const whole = this.#whole(turnId);
    const model = await findModel(this.#parts.hooks, modelId);
    if (this.#running.has(turnId)) throw new AppError('conflict', 'These answers are being merged already.');
    const answers = whole.answers.filter((answer) => answer.digest !== null);
    if (answers.length < 2)
      throw new AppError('invalid_request', 'Merging needs two complete answers that say something.');
    const row: MergeRow = {
      turnId,
      modelId: model.id,
      text: '',
      status: 'running',
      error: null,
      updatedAt: 0,
    };
    this.#running.set(turnId, row);
    this.#parts.merges.write(row);
    void this.#write(whole, answers, row);
    return this.#shown(whole);
  }

  /** Ends merges of these turns. */
  stop(turnIds: readonly string[]): number {
    return turnIds.filter((id) => this.#running.has(id) && this.#parts.generations.stop(nameOf(id))).length;
  }

  async #write(whole: WholeTurn, answers: AnswerRow[], row: MergeRow): Promise<void> {
    const { floor, generations, merges, closing, log } = this.#parts;
    try {
      const leave = await floor.take('live', closing);
      try {
        const weights = await this.#weights(answers, false);
        const result = await new Promise<GenerationResult>((resolve) => {
          const messages = promptOf(whole.turn, answers, weights);
          const request = { id: nameOf(row.turnId), modelId: row.modelId, messages, resume: null };
          const sampling = { temperature: 0, max_tokens: MAX_TOKENS };
          generations.start({ ...request, sampling }, this.#sink(whole, row, resolve));
        });
        const { finishReason, error } = result;
        row.status =
          finishReason === 'error' ? 'failed' : finishReason === 'cancelled' ? 'cancelled' : 'complete';
        row.error = error && { code: error.code, message: error.message };
      } finally {
        leave();
      }
    } catch (error) {
      if (closing.aborted) return;
      const { code, message } = toAppError(error);
      Object.assign(row, { status: 'failed', error: { code, message } });
    }
    try {
      merges.write(row);
    } catch (error) {
      log.error({ err: error, turn: row.turnId }, 'a merged answer could not be saved');
    }
    this.#running.delete(row.turnId);
    await this.#tell(whole);
  }

  #sink(whole: WholeTurn, row: MergeRow, finished: (result: GenerationResult) => void): GenerationSink {
    let reportedAt = 0;
    return {
      admitted: () => undefined,
      state: () => undefined,
      journal: () => undefined,
      interrupted: () => undefined,
      delta: ({ text }) => {
        row.text += text;
        const now = performance.now();
        if (now - reportedAt < REPORT_MS) return;
        reportedAt = now;
        void this.#tell(whole);
      },
      finished,
    };
  }

  async #tell({ turn }: WholeTurn): Promise<void> {
    try {
      const ensemble = await this.#shown(this.#whole(turn.id));
      this.#parts.announcements.ensemble(turn.comparisonId, turn.id, ensemble);
    } catch (error) {
      // Deleted meanwhile: nobody looks at it.
      if (!(error instanceof AppError))
        this.#parts.log.error({ err: error }, 'a merged answer could not be shown');
    }
  }

  async #shown(whole: WholeTurn & { hidden: boolean }): Promise<Ensemble> {
    const { hidden, turn } = whole;
    const answers = whole.answers.filter((answer) => answer.digest !== null);
    const pairs = answers.flatMap((one, at) =>
      answers.slice(at + 1).map((other) => ({
        first: one.id,
        second: other.id,
        disagreement: 1 - similarity(one.text, other.text),
      })),
    );
    const sum = pairs.reduce((total, pair) => total + pair.disagreement, 0);
    const row = this.#running.get(turn.id) ?? this.#parts.merges.find(turn.id);
    return {
      disagreement: pairs.length === 0 ? 0 : sum / pairs.length,
      pairs,
      weights: await this.#weights(answers, hidden),
      merged: row ? { text: row.text, status: row.status, model_id: row.modelId, error: row.error } : null,
    };
  }

  /**
   * The chance that each answer is the best, by the strengths of its contestant in the own ranking (R. D. Luce, Individual
   * choice behavior, 1959). None while hidden: they would tell who is who.
   */
  async #weights(answers: readonly AnswerRow[], hidden: boolean): Promise<Ensemble['weights']> {
    if (hidden || answers.length === 0) return [];
    const { contestants } = await this.#parts.arena.rank(
      {},
      answers.map((answer) => answer.contestantId),
    );
    const points = new Map(contestants.map((one) => [one.id, one.points]));
    const odds = answers.map((answer) => 10 ** (((points.get(answer.contestantId) ?? 1000) - 1000) / 400));
    const sum = odds.reduce((total, one) => total + one, 0);
    return answers.map((answer, at) => ({ answer_id: answer.id, weight: (odds[at] ?? 0) / sum }));
  }

  #whole(turnId: string): WholeTurn & { hidden: boolean } {
    const { turn, comparison } = this.#parts.turns.find(turnId);
    const whole = this.#parts.turns.whole([turn])[0] ?? { turn, answers: [], votes: [] };
    return { ...whole, hidden: isHidden(comparison, turn) && !isSettled(whole) };
  }
}

function promptOf(
  turn: TurnRow,
  answers: readonly AnswerRow[],
  weights: Ensemble['weights'],
): PromptMessage[] {
  const weightOf = new Map(weights.map((one) => [one.answer_id, one.weight]));
  const ordered = answers.toSorted(
    (one, other) => (weightOf.get(other.id) ?? 0) - (weightOf.get(one.id) ?? 0),
  );
  const listed = ordered.map((answer, at) => `<answer number="${at + 1}">\n${answer.text.trim()}\n</answer>`);
  const content = `<question>\n${turn.prompt}\n</question>\n\n${listed.join('\n\n')}\n\nWrite the one best answer.`;
  return buildPrompt(ROLE, [{ role: 'user', content }]);
}

function nameOf(turnId: string): string {
  return `merge.${turnId}`;
}
