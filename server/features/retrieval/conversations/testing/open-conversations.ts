import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import { conversations, messages } from '#db/schema/chat.ts';
import { createActivity } from '#server/generation/activity.ts';
import { createEmbeddings } from '#server/generation/embeddings.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { openHouse } from '#server/kernel/testing/house.ts';
import { openTestEngines } from '#server/worker/testing/engines.ts';
import type { RetrievalContext } from '../../room.ts';
import { createVectors, MESSAGES } from '../../vectors.ts';
import { createConversations } from '../conversations.ts';

/** A conversation: its texts are of a person and of a model in turn. Answers with its id and those of its messages. */
export function say(database: Database, title: string, ...texts: string[]) {
  const now = Date.now();
  const id = ulid();
  database.user.insert(conversations).values({ id, title, createdAt: now, updatedAt: now }).run();
  let parentId: string | null = null;
  const ids = texts.map((text, at) => {
    const message = ulid(now + at);
    database.user
      .insert(messages)
      .values({
        ...{ id: message, conversationId: id, parentId, text, status: 'complete' },
        ...{ role: at % 2 === 0 ? 'user' : 'assistant', createdAt: now + at, updatedAt: now },
      })
      .run();
    parentId = message;
    return message;
  });
  database.user.update(conversations).set({ activeLeafId: parentId }).where(eq(conversations.id, id)).run();
  return { id, messages: ids };
}

/** The part behind a real door; embeds with these models, or has none. */
export async function openConversations(models: ModelEntry[] = []) {
  const database = openTestDatabase();
  const engines = openTestEngines();
  const home = mkdtempSync(join(tmpdir(), 'mlx-code-conversations-'));
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async (id) => models.find((model) => model.id === id),
    list: async () => models,
  });
  const told: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => waiting.forEach((look) => look());
  const context = {
    config: { home },
    ...{ database, hooks, log: engines.log },
    embeddings: createEmbeddings(engines.pool),
    activity: createActivity(engines.pool),
    disk: { reportFull: () => undefined },
    events: {
      emit: (_topic: string, _event: string, { status }: { status: string }) => {
        told.push(status);
        wake();
      },
    },
  } as unknown as RetrievalContext;
  const vectors = createVectors(context, {
    placesOf: (owner) => (owner === MESSAGES ? { kind: 'messages', database: database.path } : undefined),
  });
  vectors.follow(wake);
  const parts = createConversations(context, vectors);
  parts.start();
  const house = await openHouse({ rooms: [parts], database });
  const seen = async (look: () => boolean) => {
    while (!look()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await promise;
      waiting.delete(resolve);
    }
  };
  return {
    ...{ database, vectors, told, home, seen },
    /** Resolves when the messages have vectors, after another look at them. */
    async embedded() {
      vectors.update(MESSAGES);
      await new Promise((resolve) => setImmediate(resolve));
      await seen(() => vectors.state(MESSAGES).status === 'ready');
    },
    drawn: (from: number) => seen(() => told.slice(from).some((status) => status !== 'running')),
    async api(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
      const init = { method, headers: house.headers, ...(body ? { body: JSON.stringify(body) } : {}) };
      const answer = await fetch(`${house.origin}/api/retrieval${path}`, init);
      return { status: answer.status, body: await answer.json() };
    },
    async close() {
      await parts.stop();
      await vectors.stop();
      await house.close();
      await engines.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
