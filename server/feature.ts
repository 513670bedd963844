import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import type { Database } from '#db/client.ts';
import type { Activity } from './generation/activity.ts';
import type { Embeddings } from './generation/embeddings.ts';
import type { Generations } from './generation/generation.ts';
import type { Auth } from './kernel/auth.ts';
import type { Config } from './kernel/config.ts';
import type { Disk } from './kernel/disk.ts';
import type { Egress } from './kernel/egress.ts';
import type { Hooks } from './kernel/hooks.ts';
import type { Jobs } from './kernel/jobs.ts';
import type { Log } from './kernel/log.ts';
import type { Secrets } from './kernel/secrets.ts';
import type { Emitter } from './kernel/sockets.ts';
import type { EnginePool } from './worker/pool.ts';

/** What every room receives: the house, and nothing of other rooms. */
export interface FeatureContext<Events> {
  config: Config;
  log: Log;
  database: Database;
  events: Emitter<Events>;
  hooks: Hooks;
  jobs: Jobs;
  auth: Auth;
  egress: Egress;
  secrets: Secrets;
  disk: Disk;
  generations: Generations;
  embeddings: Embeddings;
  /** What runs and what engines hold, for whoever measures. */
  activity: Activity;
  /** Only models, training, retrieval and voice may use it. */
  engines: EnginePool;
}

/** A room's server half, set up once. `routes` are mounted under /api. */
export interface FeatureParts {
  routes?: OpenAPIHono;
  /** Mounted at /v1, for programs. No cookie counts there: the room asks each request for a key. */
  programs?: Hono;
  /** Topics this room lets browsers subscribe to, e.g. /^conversation:[0-9A-Z]{26}$/. */
  topics?: RegExp[];
  /** Bodies larger than the usual 16 MB, by path under /api, e.g. `{ '/chat/import': 256 * 2 ** 20 }`. Bytes. */
  bodyLimits?: Record<string, number>;
  /** After every room is set up and before the door opens. */
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}

export interface Feature<Events> {
  name: string;
  setup(context: FeatureContext<Events>): FeatureParts;
}

/** Names a room and types its events; app.ts lists all of them. */
export function defineFeature<Events>(name: string, setup: Feature<Events>['setup']): Feature<Events> {
  return { name, setup };
}
