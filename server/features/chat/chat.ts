import { defineFeature } from '#server/feature.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { TOPICS } from './announcements.ts';
import type { ChatEvents } from './contract.ts';
import { createConversationRoutes } from './conversations.ts';
import { createMessageRoutes } from './messages.ts';
import { PurgeStore } from './purge-store.ts';
import { createPurge } from './purge.ts';
import { createRoom, type Room } from './room.ts';
import { keepConversation } from './keeping.ts';
import { createTransferRoutes, MAX_IMPORT } from './transfer.ts';

export type ChatApi = ReturnType<typeof createChatRoutes>;

/** Conversations: their tree of messages, the answers being written, and their way to Markdown and back. */
export const chatFeature = defineFeature<ChatEvents>('chat', (context) => {
  const room = createRoom(context);
  const purge = createPurge({
    store: new PurgeStore(context.database),
    generations: context.generations,
    log: context.log,
  });
  context.hooks.register('conversationKeeper', { keep: (draft) => keepConversation(room, draft) });
  return {
    routes: createChatRoutes(room),
    topics: TOPICS,
    bodyLimits: { '/chat/import': MAX_IMPORT },
    start() {
      const interrupted = room.journal.interruptAll();
      for (const id of interrupted) room.evidence.verify(room.tree.find(id));
      if (interrupted.length > 0)
        context.log.warn(
          { interrupted: interrupted.length },
          'answers were cut off by the last stop; they can be continued',
        );
      purge.start();
    },
    stop() {
      purge.stop();
      room.answers.close();
    },
  };
});

function createChatRoutes(room: Room) {
  return createRoutes()
    .route('/', createConversationRoutes(room))
    .route('/', createMessageRoutes(room))
    .route('/', createTransferRoutes(room));
}
