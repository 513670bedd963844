import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { availableModels } from '../contestants.ts';
import { compareRoutes } from '../contract.ts';
import type { Room } from '../room.ts';
import type { Arena, Outcome, Turn, Vote } from '../shapes.ts';
import type { VoteRow } from '../turn-store.ts';
import { isHidden, isSettled, pairKey, toContestant, toVote, validPairs } from '../views.ts';
import { nextBallot } from './ballot.ts';
import type { VoteFilter } from './vote-store.ts';

/** Routes for judging. */
export function createVoteRoutes(room: Room) {
  return createRoutes()
    .openapi(compareRoutes.vote, (c) => {
      const vote = castVote(room, c.req.valid('json'));
      return c.json({ vote: toVote(vote), turn: afterVote(room, vote) }, 200);
    })
    .openapi(compareRoutes.amendVote, (c) => {
      const { id } = c.req.valid('param');
      room.turns.find(room.votes.find(id).turnId);
      const { reason, tags, ratings } = c.req.valid('json');
      const vote = room.votes.amend(id, {
        ...(reason === undefined ? {} : { reason }),
        ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
        ...(ratings === undefined ? {} : { ratings }),
      });
      room.arena.forget();
      room.announcements.changed(vote.comparisonId);
      return c.json(toVote(vote), 200);
    })
    .openapi(compareRoutes.undoVote, (c) => {
      const vote = room.votes.find(c.req.valid('param').id);
      room.turns.find(vote.turnId);
      room.votes.undo(vote.id);
      return c.json({ turn: afterVote(room, vote) }, 200);
    })
    .openapi(compareRoutes.reveal, (c) => {
      const { turn, comparison } = room.turns.find(c.req.valid('param').id);
      room.turns.reveal(turn.id);
      room.announcements.changed(comparison.id);
      return c.json(room.announcements.turn(turn.id), 200);
    })
    .openapi(compareRoutes.ballot, async (c) => {
      const comparison = room.comparisons.find(c.req.valid('param').id);
      return c.json({ ballot: await nextBallot(room, comparison) }, 200);
    })
    .openapi(compareRoutes.arena, async (c) => {
      const { comparison_id: comparisonId, tag } = c.req.valid('query');
      if (comparisonId !== undefined) room.comparisons.find(comparisonId);
      return c.json(await showArena(room, { comparisonId, tag }), 200);
    });
}

/** Everybody who has votes, and of one comparison also those who have none. */
async function showArena(room: Room, filter: VoteFilter): Promise<Arena> {
  const { comparisonId } = filter;
  const taking =
    comparisonId === undefined
      ? []
      : (room.comparisons.contestantsOf([comparisonId]).get(comparisonId) ?? []);
  const ranking = await room.arena.rank(
    filter,
    taking.map(({ id }) => id),
  );
  const available = await availableModels(room.hooks);
  return {
    ranking,
    contestants: room.comparisons
      .contestants(ranking.contestants.map(({ id }) => id))
      .map((row) => toContestant(row, available)),
    tags: room.votes.tags(comparisonId),
    votes: ranking.votes,
  };
}

interface Cast {
  request_id: string;
  first_answer_id: string;
  second_answer_id: string;
  outcome: Outcome;
  reason: string;
  tags: string[];
  ratings: Vote['ratings'];
  took_ms: number;
}

/**
 * Writes a vote down. Errors: conflict with the vote that stands, when the pair has one; invalid_request for a pair that
 * cannot be judged; gone when the comparison was deleted.
 */
function castVote(room: Room, cast: Cast): VoteRow {
  const { answer: first } = room.answers.find(cast.first_answer_id);
  const { answer: second } = room.answers.find(cast.second_answer_id);
  const { turn, comparison } = room.turns.find(first.turnId);
  // The same request again: its answer was lost on the way.
  const earlier = room.votes.byRequest(cast.request_id);
  if (earlier) return earlier;
  if (first.turnId !== second.turnId || first.id === second.id)
    throw new AppError('invalid_request', 'A vote is on two answers to the same prompt.');
  if (validPairs([first, second]).length === 0) throw unjudgeable(first.digest, second.digest);
  const pair = pairKey(first.id, second.id);
  const vote = room.votes.add({
    ...{ requestId: cast.request_id, comparisonId: comparison.id, turnId: turn.id, pair },
    ...{ firstAnswerId: first.id, secondAnswerId: second.id, outcome: cast.outcome, reason: cast.reason },
    ...{ tags: [...new Set(cast.tags)], ratings: cast.ratings, tookMs: cast.took_ms },
    blind: isHidden(comparison, turn),
  });
  if (vote) return vote;
  const standing = room.votes.standing(pair);
  throw new AppError('conflict', 'This pair was voted on already, perhaps in another tab.', {
    details: standing ? { vote: toVote(standing) } : {},
  });
}

function unjudgeable(first: string | null, second: string | null): AppError {
  const message =
    first !== null && first === second
      ? 'These two answers are the same, so there is nothing to choose.'
      : 'Only two complete answers that say something can be judged.';
  return new AppError('invalid_request', message);
}

/** Shows the turn anew; once nothing in it is open, who is who may be seen. */
function afterVote(room: Room, { turnId, comparisonId }: VoteRow): Turn {
  const { turn } = room.turns.find(turnId);
  const [whole] = room.turns.whole([turn]);
  if (whole && isSettled(whole)) room.turns.reveal(turnId);
  room.comparisons.touch(comparisonId);
  room.arena.forget();
  room.announcements.changed(comparisonId);
  return room.announcements.turn(turnId);
}
