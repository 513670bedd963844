import { AppError } from '#server/kernel/errors.ts';

/** What a voter said of two answers: the one shown on the left is better, the one on the right, neither, or both are bad. */
export type VoteOutcome = 'first' | 'second' | 'tie' | 'both_bad';

/** How often one outcome came up for two contestants; `first` is the id of the one shown on the left. */
export interface VoteCount {
  first: string;
  second: string;
  outcome: VoteOutcome;
  votes: number;
}

/** All votes as whole numbers in one fixed order, so that nothing computed from it depends on the order of the votes. */
export interface VoteTable {
  /** Ids of the contestants, sorted by code unit. */
  ids: string[];
  /** Votes of outcome `o` with contestant `i` on the left and `j` on the right stand at `(i * ids.length + j) * 4 + o`. */
  votes: Uint32Array<ArrayBuffer>;
}

/** The outcomes in the order of a table's cells. */
const outcomes: readonly VoteOutcome[] = ['first', 'second', 'tie', 'both_bad'];

/** The votes of one pair in one order of sides. */
export interface Cell {
  left: number;
  right: number;
  first: number;
  second: number;
  ties: number;
  bothBad: number;
}

const CONTESTANTS_LIMIT = 100;
const VOTES_LIMIT = 1_000_000;

/**
 * Sums votes into a table. `contestants` adds ids that have no vote yet. Throws `invalid_request` for a contestant
 * against itself, a count that is no whole number from 0 to a million, and more than 100 contestants.
 */
export function tabulate(counts: Iterable<VoteCount>, contestants: readonly string[] = []): VoteTable {
  const list = [...counts];
  const seen = new Set(contestants);
  for (const { first, second } of list) seen.add(first).add(second);
  const ids = [...seen].sort();
  if (ids.length > CONTESTANTS_LIMIT) {
    throw new AppError('invalid_request', `A ranking holds up to ${CONTESTANTS_LIMIT} contestants.`);
  }
  const places = new Map(ids.map((id, place) => [id, place]));
  const votes = new Uint32Array(ids.length ** 2 * outcomes.length);
  for (const count of list) {
    const cell = (places.get(count.first) ?? 0) * ids.length + (places.get(count.second) ?? 0);
    const at = cell * outcomes.length + checkedOutcome(count);
    votes[at] = (votes[at] ?? 0) + count.votes;
  }
  return { ids, votes };
}

/** The cells of a table that hold at least one vote, in the order of the table. */
export function cellsOf(table: VoteTable): Cell[] {
  const size = table.ids.length;
  const cells: Cell[] = [];
  for (let cell = 0; cell < size * size; cell += 1) {
    const [first = 0, second = 0, ties = 0, bothBad = 0] = table.votes.subarray(cell * 4, cell * 4 + 4);
    if (first + second + ties + bothBad === 0) continue;
    cells.push({ left: Math.floor(cell / size), right: cell % size, first, second, ties, bothBad });
  }
  return cells;
}

/** The place of a count's outcome in a cell. */
function checkedOutcome({ first, second, outcome, votes }: VoteCount): number {
  if (first === second) throw new AppError('invalid_request', `${first} cannot be compared with itself.`);
  if (!Number.isInteger(votes) || votes < 0 || votes > VOTES_LIMIT) {
    throw new AppError('invalid_request', `${votes} is not a number of votes.`);
  }
  const place = outcomes.indexOf(outcome);
  if (place < 0) throw new AppError('invalid_request', `A vote cannot be "${outcome}".`);
  return place;
}
