import type { Log } from '#server/kernel/log.ts';
import type { ConversationStore } from './store.ts';

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const AT_ONCE = 100;

/** Removes for good what was deleted 30 days ago, a little at a time so that no request waits for it. */
export function createPurge(conversations: ConversationStore, log: Log) {
  let next: NodeJS.Timeout | undefined;

  function step(cutoff: number): void {
    try {
      const removed =
        conversations.purgeConversations(cutoff, AT_ONCE) + conversations.purgeMessages(cutoff, AT_ONCE);
      next = removed > 0 ? setTimeout(() => step(cutoff), 50).unref() : undefined;
    } catch (error) {
      log.error({ err: error }, 'what was deleted long ago could not be removed; the next start tries again');
    }
  }

  return {
    start: () => step(Date.now() - KEPT_MS),
    stop: () => clearTimeout(next),
  };
}
