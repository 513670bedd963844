import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { RetrievalContext } from '../room.ts';
import { createIndexReader } from '../search/index-reader.ts';
import { MESSAGES, type Vectors } from '../vectors.ts';
import { conversationsRoutes, type FoundBy } from './contract.ts';
import { ConversationStore } from './conversation-store.ts';
import { ConversationMaps } from './map/maps.ts';
import { MessageSearch } from './messages.ts';

export type ConversationsApi = ReturnType<typeof createConversationsRoutes>;

/** Who looks at the map is told when it was drawn. */
export const MAP_TOPIC = 'conversation-map';

type Context = Pick<RetrievalContext, 'config' | 'database' | 'events' | 'activity' | 'log'>;

interface Parts {
  store: ConversationStore;
  maps: ConversationMaps;
  search: MessageSearch;
  vectors: Vectors;
}

/** After an answer or a start: whoever is chatting goes on, and needs the machine. Milliseconds. */
const SETTLE_MS = 30_000;
/** For what comes in or goes without an answer: imports, deletions. */
const LOOK_AGAIN_MS = 10 * 60_000;

/** Everything that was ever said: searched, compared, and drawn as a map. */
export function createConversations(context: Context, vectors: Vectors) {
  const { config, database, events, activity, log } = context;
  const store = new ConversationStore(database);
  const reader = createIndexReader({ log, pathOf: () => database.path, rootOf: () => config.home });
  const search = new MessageSearch({ reader, vectors, log });
  const maps = new ConversationMaps({
    ...{ home: config.home, database, store, vectors, log },
    changed: (status) => events.emit(MAP_TOPIC, 'retrieval.map', { status }),
  });
  const update = () => {
    if (store.changes(0).total > 0 || vectors.isReady(MESSAGES)) vectors.update(MESSAGES);
  };
  let settling: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  let unfollow: (() => void) | undefined;

  return {
    routes: createConversationsRoutes({ store, maps, search, vectors }),
    start() {
      // Where nobody said anything yet, neither LanceDB nor a model is worth its memory.
      if (store.changes(0).total > 0) update();
      again = setInterval(update, LOOK_AGAIN_MS).unref();
      unfollow = activity.onEnd(() => {
        clearTimeout(settling);
        settling = setTimeout(update, SETTLE_MS).unref();
      });
    },
    async stop() {
      unfollow?.();
      clearTimeout(settling);
      clearInterval(again);
      await Promise.all([maps.stop(), reader.close()]);
    },
  };
}

function createConversationsRoutes({ store, maps, search, vectors }: Parts) {
  return createRoutes()
    .openapi(conversationsRoutes.search, async (c) =>
      c.json(await search.search(c.req.valid('json'), c.req.raw.signal), 200),
    )
    .openapi(conversationsRoutes.vectors, (c) => c.json(vectors.state(MESSAGES), 200))
    .openapi(conversationsRoutes.similar, async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await search.similar(id, c.req.valid('query').limit, c.req.raw.signal), 200);
    })
    .openapi(conversationsRoutes.map, async (c) => c.json(await maps.look(), 200))
    .openapi(conversationsRoutes.draw, async (c) => c.json(await maps.draw(), 200))
    .openapi(conversationsRoutes.duplicates, async (c) => {
      const groups = (await maps.drawn())?.duplicates ?? [];
      const shown = groups.map(({ similarity, ids }) => ({ similarity, conversations: entries(store, ids) }));
      return c.json({ groups: shown.filter(({ conversations }) => conversations.length > 1) }, 200);
    })
    .openapi(conversationsRoutes.alike, async (c) => {
      const { id } = c.req.valid('param');
      if (!store.isThere(id)) throw new AppError('not_found', 'This conversation does not exist.');
      const drawn = await maps.drawn();
      const near = drawn?.points.find((point) => point.id === id)?.near ?? [];
      const similarities = new Map(near.map((one) => [one.id, one.similarity]));
      const conversations = entries(store, [...similarities.keys()]).map((entry) => ({
        ...entry,
        similarity: similarities.get(entry.id) ?? 0,
      }));
      const method: FoundBy = drawn?.method ?? 'words';
      return c.json({ conversations, method }, 200);
    });
}

/** In the given order, without the deleted ones. */
function entries(store: ConversationStore, ids: readonly string[]) {
  const titles = store.titles(ids);
  return ids.flatMap((id) => {
    const entry = titles.get(id);
    return entry ? [{ id, title: entry.title, updated_at: entry.updatedAt }] : [];
  });
}
