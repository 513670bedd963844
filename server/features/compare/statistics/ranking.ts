import { dot } from './cholesky.ts';
import { davidsonLikelihood } from './davidson.ts';
import { islandsOf } from './islands.ts';
import { normalQuantile } from './normal.ts';
import { comparePairs, type Pair, type PairComparison } from './pairs.ts';
import { inPoints, MEAN_POINTS, POINTS_PER_LOGIT } from './points.ts';
import { fit, interval } from './profile.ts';
import { type Proportion, proportion } from './proportion.ts';
import { type RankRange, rankRanges, undecidedGroups } from './ranks.ts';
import { type SideBias, sideBias } from './side-bias.ts';
import { type Cell, cellsOf, type VoteTable } from './vote-table.ts';

export interface RankedContestant {
  id: string;
  /** Strength: 400 points are odds of 10 to 1, the mean of all contestants that have votes is 1000. */
  points: number;
  /** 95 % interval of the points. */
  low: number;
  high: number;
  rank: RankRange;
  /** Votes counted for strengths: wins, ties and losses. */
  votes: number;
  wins: number;
  ties: number;
  losses: number;
  /** Of all votes on the contestant. */
  bothBad: Proportion;
  /** Contestants with the same number are linked by votes, directly or through others. */
  island: number;
}

export interface Ranking {
  model: 'davidson';
  /** Best first, by the lower end of the interval: by what the votes prove, so that two lucky votes lead no list. */
  contestants: RankedContestant[];
  /** Every pair once. */
  pairs: PairComparison[];
  /** Groups that cannot be told apart, as ids, best first; a contestant may be in two. */
  groups: string[][];
  bias: SideBias;
  /** Ties among the votes that count for strengths. */
  tieRate: Proportion;
  /** Votes for "both bad" among all votes. */
  bothBadRate: Proportion;
  /** All votes, those for "both bad" included. */
  votes: number;
}

const z = normalQuantile(0.975);

/** Ranks the contestants of a table. Milliseconds of computing: run it in `createRanker` when it must not block. */
export function rankVotes(table: VoteTable): Ranking {
  const cells = cellsOf(table);
  const fitted = fit(davidsonLikelihood(table));
  const islands = islandsOf(table.ids.length, cells);
  const pairs = comparePairs(fitted, pairsOf(table, { cells, islands }));
  const ranges = rankRanges(table.ids, pairs);
  const records = recordsOf(table, cells);
  const seen = records.map((record) => record.votes > 0);
  const contestants = records.map((record, at) => {
    const direction = aboveMean({ size: fitted.best.x.length, at, seen });
    const { low, high } = inPoints(interval(fitted, direction, z));
    return {
      ...record,
      points: MEAN_POINTS + dot(direction, fitted.best.x) * POINTS_PER_LOGIT,
      low: MEAN_POINTS + low,
      high: MEAN_POINTS + high,
      rank: ranges.get(record.id) ?? { from: 1, to: table.ids.length },
      island: islands[at] ?? 0,
    };
  });
  contestants.sort((one, other) => other.low - one.low || (one.id < other.id ? -1 : 1));
  const sum = totals(cells);
  return {
    model: 'davidson',
    contestants,
    pairs,
    groups: undecidedGroups(
      contestants.map(({ id }) => id),
      pairs,
    ),
    bias: sideBias(fitted, cells, z),
    tieRate: proportion(sum.ties, sum.counted),
    bothBadRate: proportion(sum.bothBad, sum.counted + sum.bothBad),
    votes: sum.counted + sum.bothBad,
  };
}

/** The direction in which a contestant is above the mean of those that have votes. */
function aboveMean({ size, at, seen }: { size: number; at: number; seen: boolean[] }): Float64Array {
  const direction = new Float64Array(size);
  const share = 1 / Math.max(1, seen.filter(Boolean).length);
  seen.forEach((counts, place) => {
    if (counts) direction[place] = -share;
  });
  direction[at] = (direction[at] ?? 0) + 1;
  return direction;
}

type ContestantRecord = Pick<RankedContestant, 'id' | 'votes' | 'wins' | 'ties' | 'losses' | 'bothBad'>;

function recordsOf(table: VoteTable, cells: readonly Cell[]): ContestantRecord[] {
  return table.ids.map((id, at) => {
    let [wins, ties, losses, bothBad] = [0, 0, 0, 0];
    for (const cell of cells) {
      if (cell.left !== at && cell.right !== at) continue;
      wins += cell.left === at ? cell.first : cell.second;
      losses += cell.left === at ? cell.second : cell.first;
      ties += cell.ties;
      bothBad += cell.bothBad;
    }
    const votes = wins + ties + losses;
    return { id, votes, wins, ties, losses, bothBad: proportion(bothBad, votes + bothBad) };
  });
}

function pairsOf(table: VoteTable, known: { cells: readonly Cell[]; islands: readonly number[] }): Pair[] {
  const { ids } = table;
  const byPair = Map.groupBy(
    known.cells,
    ({ left, right }) => Math.min(left, right) * ids.length + Math.max(left, right),
  );
  return ids.flatMap((a, i) =>
    ids.slice(i + 1).map((b, ahead) => {
      const j = i + 1 + ahead;
      let [winsA, winsB, ties, bothBad] = [0, 0, 0, 0];
      for (const cell of byPair.get(i * ids.length + j) ?? []) {
        winsA += cell.left === i ? cell.first : cell.second;
        winsB += cell.left === i ? cell.second : cell.first;
        ties += cell.ties;
        bothBad += cell.bothBad;
      }
      const votes = winsA + winsB + ties;
      const linked = known.islands[i] === known.islands[j] ? 'indirect' : 'none';
      return {
        i,
        j,
        record: { a, b, votes, winsA, winsB, ties, bothBad, link: votes > 0 ? 'direct' : linked },
      };
    }),
  );
}

function totals(cells: readonly Cell[]): { counted: number; ties: number; bothBad: number } {
  const sum = { counted: 0, ties: 0, bothBad: 0 };
  for (const cell of cells) {
    sum.counted += cell.first + cell.second + cell.ties;
    sum.ties += cell.ties;
    sum.bothBad += cell.bothBad;
  }
  return sum;
}
