// The ranking of 20 contestants from 10,000 votes: how long it takes, and how long the event loop stands still for it.
import { join } from 'node:path';
import { createRanker } from '../../server/features/compare/statistics/ranker.ts';
import { rankVotes } from '../../server/features/compare/statistics/ranking.ts';
import { seeded, votesOf } from '../../server/features/compare/statistics/testing/simulated-voters.ts';
import { tabulate } from '../../server/features/compare/statistics/vote-table.ts';

// As the daemon has it; the thread takes it over.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../.runtime/compile-cache');

const CONTESTANTS = 20;
const VOTES = 10_000;
const ROUNDS = 15;

interface Watched {
  ms: number;
  /** Longest time between two turns of the event loop, milliseconds, and what of it this thread worked. */
  stop: number;
  work: number;
}

const strengths = Array.from({ length: CONTESTANTS }, (_, at) => (at - CONTESTANTS / 2) / 8);
const votes = votesOf({ strengths, side: 0.1 }, VOTES, seeded(1));

const ranker = createRanker();
try {
  const memory = process.memoryUsage().rss;
  report('nothing, for 300 ms', await watched(() => new Promise((resolve) => setTimeout(resolve, 300))));
  report('first ranking, starts the thread', await watched(() => ranker.rank(votes)));
  const rounds: Watched[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await watched(() => ranker.rank(votes)));
  report(
    `median of ${ROUNDS} rankings`,
    across(rounds, (numbers) => numbers[Math.floor(ROUNDS / 2)] ?? 0),
  );
  report(
    'slowest of them',
    across(rounds, (numbers) => numbers.at(-1) ?? 0),
  );
  report('next pair', await watched(() => ranker.nextPair(votes, { seed: '1' })));
  const megabytes = (process.memoryUsage().rss - memory) / 2 ** 20;
  console.log(`thread and rankings added ${megabytes.toFixed(0)} MB of resident memory`);
  const direct = performance.now();
  rankVotes(tabulate(votes));
  console.log(`on the event loop itself: ${(performance.now() - direct).toFixed(0)} ms`);
} finally {
  await ranker.stop();
}

async function watched(work: () => Promise<unknown>): Promise<Watched> {
  const seen = { ms: 0, stop: 0, work: 0 };
  let last = { at: performance.now(), used: usedByThread() };
  const turn = () => {
    const next = { at: performance.now(), used: usedByThread() };
    seen.stop = Math.max(seen.stop, next.at - last.at);
    seen.work = Math.max(seen.work, next.used - last.used);
    last = next;
  };
  let looping = true;
  const loop = () => {
    turn();
    if (looping) setImmediate(loop);
  };
  setImmediate(loop);
  const begin = performance.now();
  await work();
  seen.ms = performance.now() - begin;
  turn();
  looping = false;
  return seen;
}

function usedByThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function across(rounds: Watched[], pick: (sorted: number[]) => number): Watched {
  const of = (key: keyof Watched) => pick(rounds.map((round) => round[key]).sort((a, b) => a - b));
  return { ms: of('ms'), stop: of('stop'), work: of('work') };
}

function report(what: string, { ms, stop, work }: Watched): void {
  const loop = `event loop stopped for up to ${stop.toFixed(1)} ms, ${work.toFixed(1)} ms of them at work (bar: 20 ms)`;
  console.log(`${what}: ${ms.toFixed(0)} ms (bar: 300 ms); ${loop}`);
}
