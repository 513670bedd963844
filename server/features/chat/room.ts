import type { FeatureContext } from '#server/feature.ts';
import { Announcements } from './announcements.ts';
import { Answers } from './answers.ts';
import { ContextStore } from './context-store.ts';
import type { ChatEvents } from './contract.ts';
import { Evidence } from './evidence.ts';
import { JournalStore } from './journal-store.ts';
import { Replays } from './replays.ts';
import { ConversationStore } from './store.ts';
import { TransferStore } from './transfer-store.ts';
import { TreeStore } from './tree-store.ts';

/** What the routes of this room share. */
export type Room = ReturnType<typeof createRoom>;

export type ChatContext = Pick<
  FeatureContext<ChatEvents>,
  'database' | 'events' | 'hooks' | 'generations' | 'log' | 'disk'
>;

export function createRoom({ database, events, hooks, generations, log, disk }: ChatContext) {
  const conversations = new ConversationStore(database);
  const tree = new TreeStore(database);
  const journal = new JournalStore(database);
  const transfers = new TransferStore(database);
  const contexts = new ContextStore(database);
  const announcements = new Announcements({ events, conversations, tree, contexts });
  const evidence = new Evidence({ generations, hooks, contexts, tree, journal, log });
  const answers = new Answers({
    ...{ generations, conversations, tree, journal, announcements, evidence, log, disk },
  });
  const replays = new Replays({ generations, hooks, tree, journal, announcements, log });
  return {
    conversations,
    contexts,
    evidence,
    tree,
    journal,
    transfers,
    announcements,
    answers,
    replays,
    generations,
    hooks,
  };
}
