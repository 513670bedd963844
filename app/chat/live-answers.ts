import { LiveStore } from '#app/_client/live.ts';
import type { AnswerState } from '#server/features/chat/contract.ts';
import { chatApi } from './chat-api.ts';

/** The running answers of every conversation that this tab shows. */
export const liveAnswers = new LiveStore<AnswerState>({
  fetchMissed: (id, after) => chatApi.live(id, after),
});
