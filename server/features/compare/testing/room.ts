import { OpenAPIHono } from '@hono/zod-openapi';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { openTestDatabase } from '#db/testing.ts';
import type { FeatureContext } from '#server/feature.ts';
import { createActivity } from '#server/generation/activity.ts';
import { createGenerations } from '#server/generation/generations.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { failureRenderer } from '#server/kernel/http.ts';
import { createJobs, type Job } from '#server/kernel/jobs.ts';
import type { LoadSpec } from '#server/worker/pool.ts';
import { guide, guideSmall, openTestEngines } from '#server/worker/testing/engines.ts';
import { compareFeature } from '../compare.ts';
import type { Answer, CompareEvents, Comparison, Turn, Vote } from '../contract.ts';

type EventName = keyof CompareEvents | 'jobs.changed';
interface Recorded {
  topic: string;
  event: EventName;
  args: unknown[];
}

interface RoomOptions {
  database?: Database;
  /** Bytes that models may have together. */
  memoryBudget?: number;
}

/** Both built-in models, each said to need most of a small budget. */
export const MODELS: ModelEntry[] = [
  entry(guide, 'The Guide', 700 * 2 ** 20),
  entry(guideSmall, 'Small Guide', 650 * 2 ** 20),
];

function entry({ id, path }: LoadSpec, name: string, memoryBytes: number): ModelEntry {
  return { id, name, path, quantization: null, contextWindow: 2048, memoryBytes, builtIn: true };
}

/** The room behind its routes, on a real database and real engines, with every event it emits recorded. */
export async function openRoom({ database = openTestDatabase(), memoryBudget }: RoomOptions = {}) {
  const engines = openTestEngines(memoryBudget === undefined ? {} : { memoryBudget });
  const events: Recorded[] = [];
  const waiting = new Set<() => void>();
  const emit = (topic: string, event: EventName, ...args: unknown[]) => {
    events.push({ topic, event, args: structuredClone(args) });
    for (const wake of waiting) wake();
  };
  const hooks = createHooks();
  const models = [...MODELS];
  hooks.register('modelSource', {
    find: async (id) => models.find((model) => model.id === id),
    list: async () => models,
  });
  const { log, pool } = engines;
  const activity = createActivity(pool);
  const generations = createGenerations({ engines: pool, hooks, log, activity });
  const jobs = createJobs({ database, log, announce: (job) => emit('jobs', 'jobs.changed', job) });
  const parts = compareFeature.setup({
    ...{ database, hooks, log, activity, generations, jobs },
    disk: { freeBytes: async () => 1e9, reportFull: () => undefined, onFull: () => undefined },
    events: { listeners: () => 1, emit },
  } as unknown as FeatureContext<CompareEvents>);
  await parts.start?.();
  jobs.recover();
  const app = new OpenAPIHono();
  app.onError(failureRenderer({ log }));
  app.route('/', parts.routes!);

  const raw = (method: string, path: string, body?: unknown) =>
    app.request(`/compare${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'Content-Type': 'application/json' },
    });

  async function call<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await raw(method, path, body);
    const reply = await response.json();
    if (response.status !== 200) throw new Refusal(response.status, reply.error);
    return reply;
  }

  /** Resolves with the first value that `look` finds in all that was and will be emitted. */
  async function heard<Found>(look: (recorded: Recorded) => Found | undefined): Promise<Found> {
    for (;;) {
      for (const recorded of events) {
        const found = look(recorded);
        if (found !== undefined) return found;
      }
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
    ...{ app, call, raw, heard, events, database, engines, generations, models, activity },
    create: (body: object) => call<Comparison>('POST', '/comparisons', body),
    open: (id: string) =>
      call<{ comparison: Comparison; turns: Turn[]; votes: Vote[] }>('GET', `/comparisons/${id}`),
    /** The turn once every answer of it has ended. */
    ended: (comparisonId: string, index = 0) =>
      heard(({ event, args: [turn] }) => {
        if (event !== 'compare.turn') return undefined;
        const { comparison_id, index: at, answers } = turn as Turn;
        const over = answers.every(({ status }) => ['complete', 'failed', 'cancelled'].includes(status));
        return comparison_id === comparisonId && at === index && over ? (turn as Turn) : undefined;
      }),
    /** Resolves when an answer has shown so many characters. */
    shown: (answerId: string, characters: number) => {
      let seen = 0;
      const counted = new Set<Recorded>();
      return heard((recorded) => {
        if (recorded.event !== 'compare.delta' || counted.has(recorded)) return undefined;
        counted.add(recorded);
        const delta = recorded.args[0] as { answer_id: string; text: string };
        if (delta.answer_id === answerId) seen += delta.text.length;
        return seen >= characters ? true : undefined;
      });
    },
    answer: (id: string, wanted: (answer: Answer) => boolean) =>
      heard(({ event, args: [answer] }) =>
        event === 'compare.answer' && (answer as Answer).id === id && wanted(answer as Answer)
          ? (answer as Answer)
          : undefined,
      ),
    job: (id: string, wanted: (job: Job) => boolean) =>
      heard(({ event, args: [job] }) =>
        event === 'jobs.changed' && (job as Job).id === id && wanted(job as Job) ? (job as Job) : undefined,
      ),
    vote: (turn: Turn, body: object = {}) => {
      const [first, second] = turn.open_pairs[0]!;
      return call<{ vote: Vote; turn: Turn }>('POST', '/votes', {
        ...{
          request_id: ulid(),
          first_answer_id: first,
          second_answer_id: second,
          outcome: 'first',
          took_ms: 900,
        },
        ...body,
      });
    },
    async close() {
      await parts.stop?.();
      await jobs.stop();
      await generations.close();
      await engines.close();
      database.close();
    },
  };
}

export type TestRoom = Awaited<ReturnType<typeof openRoom>>;

/** A typed failure, as the browser sees it. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: { code: string; message: string; details?: Record<string, any> };

  constructor(status: number, error: Refusal['error']) {
    super(`${status} ${error.code}: ${error.message}`);
    this.status = status;
    this.error = error;
  }
}
