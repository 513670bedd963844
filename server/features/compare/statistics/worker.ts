import { parentPort } from 'node:worker_threads';
import { type NextPair, type NextPairOptions, nextPair } from './next-pair.ts';
import { type Ranking, rankVotes } from './ranking.ts';
import type { VoteTable } from './vote-table.ts';

/** What the thread is asked. */
export type Question = { id: number; table: VoteTable } & (
  | { kind: 'rank' }
  | { kind: 'next_pair'; options: NextPairOptions }
);

/** What it answers; `message` is set when it failed. */
export type Reply =
  | { id: number; kind: 'ranking'; ranking: Ranking }
  | { id: number; kind: 'pair'; pair: NextPair | undefined }
  | { id: number; kind: 'failed'; message: string };

parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)));

function answer(question: Question): Reply {
  const { id, table } = question;
  try {
    if (question.kind === 'rank') return { id, kind: 'ranking', ranking: rankVotes(table) };
    return { id, kind: 'pair', pair: nextPair(table, question.options) };
  } catch (error) {
    return { id, kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
