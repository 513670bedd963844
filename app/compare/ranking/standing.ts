import type { Arena, Contestant, Ranking } from '#server/features/compare/contract.ts';
import { bareName, contestantNames } from '../contestant-name.ts';
import { contestantColor } from '../letter-mark.tsx';

/** A contestant's line of the ranking. Points: 400 are odds of 10 to 1, 1000 is the mean. */
export interface Standing {
  id: string;
  name: string;
  /** The part of the name that is its settings, in brackets; empty where the model tells it apart. */
  settings: string;
  color: string;
  points: number;
  low: number;
  high: number;
  rank: string;
  votes: number;
  /** In plain words, whole. */
  explanation: string;
}

type Ranked = Ranking['contestants'][number];
type PairOf = Ranking['pairs'][number];

/** The lines of the ranking, best first. `order` gives each contestant the colour that it has elsewhere. */
export function standingsOf({ ranking, contestants }: Arena, order: readonly Contestant[]): Standing[] {
  const names = contestantNames(contestants);
  const places = new Map((order.length > 0 ? order : contestants).map(({ id }, index) => [id, index]));
  return ranking.contestants.map((ranked) => {
    const bare = contestants.find(({ id }) => id === ranked.id);
    const name = names.get(ranked.id) ?? 'A deleted contestant';
    return {
      id: ranked.id,
      name,
      settings: bare === undefined ? '' : name.slice(bareName(bare).length).trim(),
      color: contestantColor(places.get(ranked.id) ?? 0),
      points: ranked.points,
      low: ranked.low,
      high: ranked.high,
      rank: rankWords(ranked.rank),
      votes: ranked.votes,
      explanation: explain(name, ranked),
    };
  });
}

/** `1–3` where the votes do not tell more. */
export function rankWords({ from, to }: { from: number; to: number }): string {
  return from === to ? String(from) : `${from}–${to}`;
}

function explain(name: string, { points, low, high, rank, votes, wins, ties, losses }: Ranked): string {
  if (votes === 0) return `${name} has no votes yet, so nothing is known of its strength.`;
  const places = rank.from === rank.to ? `place ${rank.from}` : `a place from ${rank.from} to ${rank.to}`;
  return [
    `${name}: ${whole(points)} points, with 95 % certainty between ${whole(low)} and ${whole(high)}.`,
    `${count(wins, 'win')}, ${count(ties, 'tie')}, ${count(losses, 'loss', 'losses')}: the votes allow ${places}.`,
  ].join('\n');
}

/** P(row better than column), or null on the diagonal and where nothing was said. */
export function probabilityOf(pairs: readonly PairOf[], row: string, column: string): number | null {
  const pair = findPair(pairs, row, column);
  if (pair === undefined) return null;
  return pair.a === row ? pair.probability : 1 - pair.probability;
}

export function findPair(pairs: readonly PairOf[], one: string, other: string): PairOf | undefined {
  return pairs.find(({ a, b }) => (a === one && b === other) || (a === other && b === one));
}

/** What is known of two contestants, as seen from `row`. */
export function explainPair(pair: PairOf, row: Standing, column: Standing): string {
  const probability = pair.a === row.id ? pair.probability : 1 - pair.probability;
  const chance = `${row.name} is better than ${column.name} with a probability of ${percent(probability)}.`;
  if (pair.link === 'none')
    return `${chance} Nothing links the two yet: this is only what one assumes beforehand.`;
  const on =
    pair.votes === 0
      ? 'They were never shown together; others link them.'
      : `${count(pair.votes, 'vote')} on this pair.`;
  return [chance, on, neededWords(pair)].join(' ');
}

function neededWords({ decided, votesNeeded }: PairOf): string {
  if (decided) return 'That is decided.';
  if (votesNeeded === null)
    return 'More than 500 votes on it would be needed to decide: they are about as good.';
  return `About ${count(votesNeeded, 'more vote')} on it would decide.`;
}

/** The undecided pair of neighbours that the fewest votes would decide; null when all neighbours are decided. */
export function nextToDecide(standings: readonly Standing[], pairs: readonly PairOf[]) {
  const open = standings.slice(1).flatMap((below, at) => {
    const above = standings[at];
    const pair = above && findPair(pairs, above.id, below.id);
    return above === undefined || pair === undefined || pair.decided ? [] : [{ above, below, pair }];
  });
  return open.sort((one, other) => neededOf(one.pair) - neededOf(other.pair))[0] ?? null;
}

function neededOf({ votesNeeded }: PairOf): number {
  return votesNeeded ?? Number.POSITIVE_INFINITY;
}

/** Whether being shown on the left helped. */
export function biasWords({ bias, votes }: Ranking): string {
  if (votes === 0) return 'no votes yet';
  const p = bias.p < 0.001 ? 'p < 0.001' : `p = ${bias.p.toFixed(bias.p < 0.1 ? 3 : 2)}`;
  if (bias.p >= 0.05) return `no position bias found (${p})`;
  const side = bias.points > 0 ? 'left' : 'right';
  return `the ${side} side was preferred (${p}); this is taken out of the strengths`;
}

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return 'less than 1 %';
  if (value < 100 && value > 99) return 'more than 99 %';
  return `${Math.round(value)} %`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function whole(points: number): string {
  return Math.round(points).toLocaleString('en-US');
}
