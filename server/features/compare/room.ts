import type { FeatureContext } from '#server/feature.ts';
import { Announcements } from './announcements.ts';
import { AnswerStore } from './answers/answer-store.ts';
import { createChecker } from './answers/checker.ts';
import { createFloor } from './answers/floor.ts';
import { Live } from './answers/live.ts';
import { Writer } from './answers/writer.ts';
import type { CompareEvents } from './contract.ts';
import { MergeStore } from './ensemble/merge-store.ts';
import { SetStore } from './sets/set-store.ts';
import { setSource } from './sets/sets.ts';
import { ComparisonStore } from './store.ts';
import { TransferStore } from './transfer/transfer-store.ts';
import { TurnStore } from './turn-store.ts';
import { Arena } from './votes/arena.ts';
import { VoteStore } from './votes/vote-store.ts';

/** What the routes of this room share. */
export type Room = ReturnType<typeof createRoom>;

export type CompareContext = Pick<
  FeatureContext<CompareEvents>,
  'database' | 'events' | 'hooks' | 'generations' | 'activity' | 'jobs' | 'log' | 'disk'
>;

export function createRoom(context: CompareContext) {
  const { database, events, hooks, generations, activity, jobs, log, disk } = context;
  const comparisons = new ComparisonStore(database);
  const turns = new TurnStore(database);
  const answers = new AnswerStore(database);
  const votes = new VoteStore(database);
  const setStore = new SetStore(database);
  const sets = setSource(setStore);
  const merges = new MergeStore(database);
  const transfers = new TransferStore(database);
  const announcements = new Announcements({ events, turns });
  const checker = createChecker();
  const floor = createFloor();
  const arena = new Arena(votes);
  const stopping = new AbortController();
  const closing = stopping.signal;
  const writer = new Writer({
    ...{ generations, activity, hooks, comparisons, turns, answers, checker, announcements, disk, log },
  });
  const live = new Live({ floor, writer, comparisons, turns, activity, hooks, announcements, log, closing });
  return {
    ...{
      comparisons,
      turns,
      answers,
      votes,
      setStore,
      sets,
      merges,
      transfers,
      announcements,
      checker,
      floor,
    },
    ...{ arena, writer, live, closing, generations, activity, hooks, jobs, log },
    async stop() {
      stopping.abort(new Error('The daemon is stopping.'));
      await Promise.all([checker.stop(), arena.stop()]);
    },
  };
}
