import { differenceOf } from '#server/generation/difference.ts';
import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { compareRoutes } from '../contract.ts';
import { similarity } from '../ensemble/similarity.ts';
import type { Room } from '../room.ts';
import { type AnswerRow } from '../turn-store.ts';
import { isHidden, isSettled, toAnswer } from '../views.ts';
import { pathOf, systemPromptOf } from './prompt.ts';

/** Routes about single answers. */
export function createAnswerRoutes(room: Room) {
  return createRoutes()
    .openapi(compareRoutes.retry, (c) => {
      const { id } = c.req.valid('param');
      const { answer } = room.answers.find(id);
      if (answer.status !== 'failed' && answer.status !== 'cancelled')
        throw new AppError('conflict', 'Only an answer that failed or was stopped can be tried again.');
      // Where nothing was open who is who was to be seen, and cannot be hidden again.
      if (!isHiddenNow(room, answer)) room.turns.reveal(answer.turnId);
      const again = room.answers.reset(id);
      const { turn, comparison } = room.turns.find(answer.turnId);
      room.live.begin(comparison, turn.id, [id]);
      room.announcements.turn(turn.id);
      return c.json(toAnswer(again, isHiddenNow(room, again)), 200);
    })
    .openapi(compareRoutes.live, (c) => {
      const { answer } = room.answers.find(c.req.valid('param').id);
      const { after } = c.req.valid('query');
      const tail = room.generations.live(answer.id, after);
      const shown = toAnswer(answer, isHiddenNow(room, answer));
      const { seq, text, reasoning } = tail ?? tailOf(answer, after);
      return c.json({ answer: shown, seq, text, reasoning }, 200);
    })
    .openapi(compareRoutes.difference, (c) => {
      const query = c.req.valid('query');
      const { answer: first } = room.answers.find(query.first);
      const { answer: second } = room.answers.find(query.second);
      const parts = differenceOf(first.text, second.text);
      return c.json({ parts, similarity: similarity(first.text, second.text) }, 200);
    })
    .openapi(compareRoutes.adopt, (c) => {
      const { answer } = room.answers.find(c.req.valid('param').id);
      return c.json({ conversation_id: adopt(room, answer) }, 200);
    });
}

/** What a browser misses of an answer that nobody writes: all of it, or nothing. */
function tailOf({ seq, text, reasoning }: AnswerRow, after: number) {
  return after >= seq ? { seq, text: '', reasoning: '' } : { seq, text, reasoning };
}

function isHiddenNow(room: Room, answer: AnswerRow): boolean {
  const { turn, comparison } = room.turns.find(answer.turnId);
  const [whole] = room.turns.whole([turn]);
  return isHidden(comparison, turn) && !(whole && isSettled(whole));
}

/** A conversation that goes on from this answer. Tells its id. Errors: conflict while names are hidden. */
function adopt(room: Room, answer: AnswerRow): string {
  if (isHiddenNow(room, answer))
    throw new AppError('conflict', 'Vote first, or reveal who is who: a conversation names its model.');
  if (answer.status === 'waiting' || answer.status === 'running')
    throw new AppError('conflict', 'This answer is still being written.');
  const { turn, comparison } = room.turns.find(answer.turnId);
  const [contestant] = room.comparisons.contestants([answer.contestantId]);
  const [keeper] = room.hooks.all('conversationKeeper');
  if (!contestant || !keeper) throw new AppError('unsupported', 'There is no chat to go on in.');
  const path = pathOf(room.turns, { comparison, contestant, turn });
  const { text, reasoning } = answer;
  return keeper.keep({
    title: comparison.title,
    modelId: contestant.modelId,
    systemPrompt: systemPromptOf({ contestant, turn }),
    parameters: contestant.parameters,
    messages: text.trim() === '' ? path : [...path, { role: 'assistant', text, reasoning }],
  });
}
