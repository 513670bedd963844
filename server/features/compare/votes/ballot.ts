import type { Room } from '../room.ts';
import type { Ballot } from '../shapes.ts';
import type { ComparisonRow } from '../store.ts';
import { isHidden, isSettled, toAnswer, toTurn } from '../views.ts';

/** The next pair to judge, the one that is expected to tell most; null when all of them are. */
export async function nextBallot(room: Room, comparison: ComparisonRow): Promise<Ballot | null> {
  const open = room.votes.open(comparison.id);
  if (!open) return null;
  const { votes: done, took } = room.votes.pace(comparison.id);
  // What other comparisons have told of these contestants counts as well.
  const next = await room.arena.nextPair(open.contestants, `${comparison.shuffleSeed}.${done}`);
  const left = next?.first ?? open.contestants[0]?.[0] ?? '';
  const right = next?.second ?? open.contestants[0]?.[1] ?? '';
  const turnId = room.votes.openTurn(comparison.id, [left, right], open.from);
  // Judged in another tab while the pair was chosen.
  if (turnId === undefined) return nextBallot(room, comparison);
  const { turn } = room.turns.find(turnId);
  const [whole] = room.turns.whole([turn]);
  const first = whole?.answers.find((answer) => answer.contestantId === left);
  const second = whole?.answers.find((answer) => answer.contestantId === right);
  if (!whole || !first || !second) return null;
  const hidden = isHidden(comparison, turn) && !isSettled(whole);
  const total = room.votes.judgeable(comparison.id);
  return {
    turn: toTurn(whole, comparison),
    first: toAnswer(first, hidden),
    second: toAnswer(second, hidden),
    done,
    total,
    seconds_left: took.length === 0 ? null : ((total - done) * median(took)) / 1000,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
