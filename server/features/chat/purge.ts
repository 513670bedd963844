import type { Generations } from '#server/generation/generation.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Doomed, PurgeStore } from './purge-store.ts';

const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const AT_ONCE = 100;
const PAUSE_MS = 50;

interface PurgeParts {
  store: PurgeStore;
  generations: Pick<Generations, 'forgetPrompts'>;
  log: Log;
}

/**
 * Removes for good what was deleted 30 days ago, and what engines kept of its prompts on the disk; a little at a time
 * so that no request waits for it.
 */
export function createPurge({ store, generations, log }: PurgeParts) {
  const stopping = new AbortController();

  async function remove({ prompts, unknown }: Doomed, rows: () => void): Promise<void> {
    // The caches first: after a crash in between, the next start finds the rows and tries again.
    await generations.forgetPrompts(unknown ? 'all' : prompts);
    rows();
  }

  async function run(cutoff: number): Promise<void> {
    for (;;) {
      if (stopping.signal.aborted) return;
      const conversations = store.doomedConversations(cutoff, AT_ONCE);
      const messages = conversations.ids.length > 0 ? null : store.doomedMessages(cutoff, AT_ONCE);
      if (conversations.ids.length > 0) {
        await remove(conversations, () => store.purgeConversations(conversations.ids));
      } else if (messages !== null && messages.ids.length > 0) {
        await remove(messages, () => store.purgeMessages(messages.ids));
      } else return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
  }

  return {
    start: () =>
      void run(Date.now() - KEPT_MS).catch((error: unknown) =>
        log.error(
          { err: error },
          'what was deleted long ago could not be removed; the next start tries again',
        ),
      ),
    stop: () => stopping.abort(),
  };
}
