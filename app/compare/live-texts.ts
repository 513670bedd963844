import { LiveStore } from '#app/_client/live.ts';
import type { AnswerState } from './answer-state.ts';
import { compareApi } from './compare-api.ts';

/** The running answers of every comparison that this tab shows. */
export const liveTexts = new LiveStore<AnswerState>({
  fetchMissed: async (id, after) => {
    const { seq, text, reasoning } = await compareApi.live(id, after);
    return { seq, text, reasoning, state: null };
  },
});
