import { join } from 'node:path';
import type { FeatureContext } from '#server/feature.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { MessagePlaces } from './conversations/message-texts-store.ts';
import { createEmbedders, type Embedders, NO_EMBEDDER } from './embedders/embedders.ts';
import { createVectorCalls } from './vector-calls.ts';
import { VectorIndexing, type VectorState } from './vector-indexing.ts';
import { createVectorReading, type VectorReading } from './vector-reading.ts';
import { VectorStore } from './vector-store.ts';
import type { ConversationVectors, TextPlaces } from './vector-thread.ts';

/** Vectors of workspaces' chunks and whatever else has texts: an owner is a workspace's id, or a part's own word. */
export interface Vectors extends VectorReading {
  /** How far they are, as IndexState tells it. */
  state(owner: string): VectorState;
  /** A complete table answers: vectors take part in searches. */
  isReady(owner: string): boolean;
  /** What a ranking by the owner's vectors may weigh against words, 0 to 0.3. */
  weight(owner: string): number;
  /** Texts changed: those without a vector get one in the background. */
  update(owner: string): void;
  pause(owner: string): Promise<void>;
  resume(owner: string): void;
  /** Closes what is read of the owner, before another index takes the place of its own. */
  release(owner: string): Promise<void>;
  /** Removes the owner's vectors. */
  forget(owner: string): Promise<void>;
  /** Told whenever a state changes, as often as that is. Returns the end of it. */
  follow(listener: (owner: string) => void): () => void;
  /** One unit vector a conversation; null when messages have none. Errors: those of the table. */
  conversationVectors(places: MessagePlaces): Promise<ConversationVectors | null>;
  readonly embedders: Embedders;
  /**
   * An id that `embedders` lists, or `none`. New tables are made; the old ones answer until they are complete.
   * Errors: not_found.
   */
  choose(embedderId: string): Promise<void>;
  stop(): Promise<void>;
}

/** The owner of the vectors of messages. */
export const MESSAGES = 'messages';

interface VectorsOptions {
  /** Where an owner's texts are; undefined when it is gone. */
  placesOf(owner: string): TextPlaces | undefined;
  /** Milliseconds that one owner is worked for while others wait. */
  turnMs?: number | undefined;
}

const TURN_MS = 10_000;

type Context = Pick<
  FeatureContext<object>,
  'config' | 'database' | 'hooks' | 'embeddings' | 'activity' | 'log' | 'disk'
>;

/** Loads no LanceDB and no model before there is something to do. */
export function createVectors(context: Context, { placesOf, turnMs = TURN_MS }: VectorsOptions): Vectors {
  const { config, database, hooks, embeddings, activity, log, disk } = context;
  const store = new VectorStore(database);
  const embedders = createEmbedders(hooks, store);
  const calls = createVectorCalls(join(config.home, 'vectors'));
  const listeners = new Set<(owner: string) => void>();
  const indexing = new VectorIndexing({
    ...{ embeddings, activity, log, disk, calls, embedders, placesOf, turnMs },
    isPaused: (owner) => store.isPaused(owner),
    changed: (owner) => listeners.forEach((listener) => listener(owner)),
  });

  return {
    ...createVectorReading({ calls, embedders, indexing, embeddings, log }),
    embedders,
    conversationVectors: (places) => calls.call('conversations', { owner: MESSAGES, places }),
    state: (owner) => indexing.state(owner),
    isReady: (owner) => indexing.answering(owner) !== null,
    weight: (owner) => embedders.weightOf(indexing.answering(owner)?.embedderId ?? embedders.chosenId()),
    update: (owner) => indexing.update(owner),
    async pause(owner) {
      store.setPaused(owner, true);
      await indexing.pause(owner);
    },
    resume(owner) {
      store.setPaused(owner, false);
      indexing.update(owner);
    },
    release: (owner) => indexing.release(owner),
    forget: (owner) => indexing.forget(owner),
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async choose(embedderId) {
      if (embedderId !== NO_EMBEDDER && !(await embedders.find(embedderId))) {
        throw new AppError('not_found', `There is no embedding model ${embedderId} here.`);
      }
      store.setEmbedder(embedderId);
      await indexing.restart();
    },
    async stop() {
      await indexing.stop();
      await calls.stop();
    },
  };
}
