import { createHooks, type Hooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { FeatureContext } from '#server/feature.ts';
import type { Generations } from '#server/generation/generation.ts';
import { failureRenderer } from '#server/kernel/http.ts';
import { createLog } from '#server/kernel/log.ts';
import { chatFeature } from '../chat.ts';
import type { ChatEvents, Conversation, ConversationView, Message } from '../contract.ts';

type EventName = keyof ChatEvents;
type Recorded = { [K in EventName]: { topic: string; event: K; args: Parameters<ChatEvents[K]> } }[EventName];

export const MODEL: ModelEntry = {
  id: 'guide',
  name: 'Guide',
  path: '/nowhere',
  quantization: null,
  contextWindow: 4096,
  memoryBytes: null,
  builtIn: true,
};

interface RoomOptions {
  generations: Generations;
  database?: Database;
  models?: ModelEntry[];
  /** Registers what other rooms would. */
  others?: (hooks: Hooks) => void;
}

/** The chat room behind its routes, on a real database, with every event it emits recorded. */
export async function openRoom({
  generations,
  database = openTestDatabase(),
  models = [MODEL],
  others = () => undefined,
}: RoomOptions) {
  const events: Recorded[] = [];
  const waiting = new Set<() => void>();
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async (id) => models.find((model) => model.id === id),
    fallback: async () => models[0]!,
  });
  others(hooks);
  const log = createLog({ level: 'error' });
  const parts = chatFeature.setup({
    database,
    hooks,
    log,
    generations,
    disk: { freeBytes: async () => 1e9, reportFull: () => undefined, onFull: () => undefined },
    events: {
      listeners: () => 1,
      emit: (topic: string, event: EventName, ...args: unknown[]) => {
        events.push({ topic, event, args } as Recorded);
        for (const wake of waiting) wake();
      },
    },
  } as unknown as FeatureContext<ChatEvents>);
  await parts.start?.();
  const app = new OpenAPIHono();
  app.onError(failureRenderer({ log }));
  app.route('/', parts.routes!);

  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await raw(method, path, body);
    const answer = await response.json();
    if (response.status !== 200) throw new Refusal(response.status, answer.error);
    return answer;
  }

  function raw(method: string, path: string, body?: unknown): Response | Promise<Response> {
    const json = body !== undefined && !(body instanceof Uint8Array);
    return app.request(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: json ? JSON.stringify(body) : (body as Uint8Array<ArrayBuffer>) }),
      headers: json ? { 'Content-Type': 'application/json' } : {},
    });
  }

  /** Resolves when an event that `matches` was or is emitted. */
  async function heard(matches: (recorded: Recorded) => boolean): Promise<Recorded> {
    for (;;) {
      const found = events.find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  }

  return {
    app,
    events,
    raw,
    call,
    heard,
    database,
    create: (settings: object = {}) => call<Conversation>('POST', '/chat/conversations', settings),
    open: (id: string, query = '') => call<ConversationView>('GET', `/chat/conversations/${id}${query}`),
    send: (id: string, text: string, more: object = {}) =>
      call<{ user: Message; answer: Message }>('POST', `/chat/conversations/${id}/messages`, {
        text,
        request_id: requestId(),
        ...more,
      }),
    /** The message once its generation is over. */
    ended: async (id: string) => {
      const found = await heard(
        ({ event, args: [message] }) =>
          event === 'chat.message' &&
          (message as Message).id === id &&
          !['queued', 'running'].includes((message as Message).status),
      );
      return found.args[0] as Message;
    },
    stop: () => parts.stop?.(),
  };
}

export type TestRoom = Awaited<ReturnType<typeof openRoom>>;

/** A typed failure, as the browser sees it. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: { code: string; message: string; details?: Record<string, unknown> };

  constructor(status: number, error: Refusal['error']) {
    super(`${status} ${error.code}: ${error.message}`);
    this.status = status;
    this.error = error;
  }
}

let requests = 0;

export function requestId(): string {
  requests += 1;
  return `01TEST${requests.toString().padStart(20, '0')}`;
}
