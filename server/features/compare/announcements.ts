import type { GenerationState } from '#server/generation/generation.ts';
import type { Emitter } from '#server/kernel/sockets.ts';
import type { CompareEvents } from './contract.ts';
import type { Ensemble, Turn } from './shapes.ts';
import type { ComparisonRow } from './store.ts';
import type { AnswerRow, TurnStore } from './turn-store.ts';
import { toAnswer, toTurn } from './views.ts';

export const TOPICS = [/^comparison:[0-9A-HJKMNP-TV-Z]{26}$/, /^compare$/];

/** Where an answer is; `waiting` for others to end, so that it is alone. */
export type AnswerState = GenerationState | { phase: 'waiting'; reason: string };

interface Sources {
  events: Emitter<CompareEvents>;
  turns: TurnStore;
}

/** Tells the open tabs what changed, and nothing of who is who where that is hidden. */
export class Announcements {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  delta(comparisonId: string, delta: Parameters<CompareEvents['compare.delta']>[0]): void {
    this.#sources.events.emit(topicOf(comparisonId), 'compare.delta', delta);
  }

  state(answer: Pick<AnswerRow, 'id' | 'comparisonId'>, state: AnswerState, hidden: boolean): void {
    const event = { answer_id: answer.id, state: hidden ? hiddenState(state) : state };
    this.#sources.events.emit(topicOf(answer.comparisonId), 'compare.state', event);
  }

  answer(row: AnswerRow, hidden: boolean): void {
    this.#sources.events.emit(topicOf(row.comparisonId), 'compare.answer', toAnswer(row, hidden));
  }

  /** The turn as it is, which is also returned. */
  turn(turnId: string): Turn {
    const { turn, comparison } = this.#sources.turns.find(turnId);
    return this.#told(turn, comparison);
  }

  ensemble(comparisonId: string, turnId: string, ensemble: Ensemble): void {
    this.#sources.events.emit(topicOf(comparisonId), 'compare.ensemble', { turn_id: turnId, ensemble });
  }

  changed(comparisonId: string | null): void {
    this.#sources.events.emit('compare', 'compare.changed', { comparison_id: comparisonId });
  }

  #told(turn: Parameters<TurnStore['whole']>[0][number], comparison: ComparisonRow): Turn {
    const [whole] = this.#sources.turns.whole([turn]);
    const shown = toTurn(whole ?? { turn, answers: [], votes: [] }, comparison);
    this.#sources.events.emit(topicOf(comparison.id), 'compare.turn', shown);
    return shown;
  }
}

/** Fractions and token counts tell models apart, and so does which of them had to be loaded. */
function hiddenState({ phase }: AnswerState): { phase: string } {
  return { phase: phase === 'loading' || phase === 'prefill' ? 'queued' : phase };
}

function topicOf(comparisonId: string): string {
  return `comparison:${comparisonId}`;
}
