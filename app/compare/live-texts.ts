import { LiveStore } from '#app/_client/live.ts';
import { type AnswerState, isRunning } from './answer-state.ts';
import { compareApi } from './compare-api.ts';

/** The running answers of every comparison that this tab shows. */
export const liveTexts = new LiveStore<AnswerState>({
  fetchMissed: async (id, after) => {
    const { answer, seq, text, reasoning } = await compareApi.live(id, after);
    // Of an answer that is done the daemon tells the whole, which is no continuation; its event replaces this copy.
    if (!isRunning(answer)) return { seq: after, text: '', state: null };
    return { seq, text, reasoning, state: null };
  },
});
