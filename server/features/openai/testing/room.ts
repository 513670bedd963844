import { openTestDatabase } from '#db/testing.ts';
import { createEmbeddings } from '#server/generation/embeddings.ts';
import { createGenerations } from '#server/generation/generations.ts';
import type { Generations } from '#server/generation/generation.ts';
import { createHooks, type ModelEntry } from '#server/kernel/hooks.ts';
import { type House, openHouse } from '#server/kernel/testing/house.ts';
import type { EnginePool } from '#server/worker/pool.ts';
import { openTestEngines, type TestEngines } from '#server/worker/testing/engines.ts';
import type { FeatureContext } from '../../../feature.ts';
import type { ApiScope } from '../contract.ts';
import { openaiFeature } from '../openai.ts';

/** The room behind a real door, with real engines. */
export interface OpenRoom {
  house: House;
  engines: TestEngines;
  generations: Generations;
  pool: EnginePool;
  /** With a key of all scopes unless told otherwise. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, options?: PostOptions): Promise<Response>;
  /** Asks the room's own API, as a signed-in screen. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  key(scopes?: ApiScope[]): Promise<{ id: string; key: string }>;
  close(): Promise<void>;
}

interface PostOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export async function openRoom(models: ModelEntry[]): Promise<OpenRoom> {
  const database = openTestDatabase();
  const engines = openTestEngines();
  const { pool, log } = engines;
  const hooks = createHooks();
  hooks.register('modelSource', {
    find: async (id) => models.find((model) => model.id === id),
    fallback: async () => models[0]!,
    list: async () => models,
  });
  const generations = createGenerations({ engines: pool, hooks, log });
  const embeddings = createEmbeddings(pool);
  const context = { database, generations, embeddings, hooks, log } as unknown as FeatureContext<object>;
  const parts = openaiFeature.setup(context);
  const house = await openHouse({ rooms: [parts], database });
  const api: OpenRoom['api'] = async (method, path, body) => {
    const init = { method, headers: house.headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await fetch(`${house.origin}/api${path}`, init);
    return { status: answer.status, body: await answer.json() };
  };
  const key: OpenRoom['key'] = async (scopes) => {
    const { body } = await api('POST', '/openai/keys', { name: 'test', ...(scopes ? { scopes } : {}) });
    return { id: body.entry.id, key: body.key };
  };
  const bearer = { authorization: `Bearer ${(await key()).key}` };
  return {
    ...{ house, engines, generations, pool, api, key },
    get: (path, headers = bearer) => fetch(`${house.origin}/v1${path}`, { headers }),
    post: (path, body, { headers = bearer, signal } = {}) =>
      fetch(`${house.origin}/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      }),
    async close() {
      await parts.stop?.();
      await house.close();
      await generations.close();
      await engines.close();
    },
  };
}

/** A model as a source lists it. */
export function modelEntry(id: string, path: string, changes: Partial<ModelEntry> = {}): ModelEntry {
  return {
    ...{ id, name: id, path, quantization: null, contextWindow: 2048, memoryBytes: null, builtIn: true },
    ...changes,
  };
}
