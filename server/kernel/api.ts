import { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpBindings } from '@hono/node-server';
import { bodyLimit } from 'hono/body-limit';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Auth } from './auth.ts';
import { ErrorResponse } from './contract.ts';
import { createAuthRoutes } from './auth-routes.ts';
import type { Config } from './config.ts';
import type { Disk } from './disk.ts';
import { AppError } from './errors.ts';
import { failureRenderer } from './http.ts';
import { nestingDepth } from './nesting.ts';
import type { Log } from './log.ts';

export interface ApiOptions {
  config: Pick<Config, 'version'>;
  auth: Auth;
  log: Log;
  disk: Pick<Disk, 'reportFull'>;
  rooms: RoomRoutes[];
}

/** The part of a room that is reached over HTTP. */
export interface RoomRoutes {
  routes?: OpenAPIHono;
  /** Bytes by path under /api. */
  bodyLimits?: Record<string, number>;
  /** Mounted at /v1, for programs; the room asks each request for a key. */
  programs?: Hono;
}

export const BODY_LIMIT = 16 * 2 ** 20;
const MAX_DEPTH = 32;
const OPEN_PATHS = new Set(['/api/auth/state', '/api/auth/sign-in']);

/** Everything under /api: caps, sign-in, the rooms' routes, and the description of them all. */
export function createApi({ config, auth, log, disk, rooms }: ApiOptions) {
  const api = new OpenAPIHono<{ Bindings: HttpBindings }>().basePath('/api');
  const limits = new Map<string, number>();
  for (const { bodyLimits } of rooms) {
    for (const [path, bytes] of Object.entries(bodyLimits ?? {})) limits.set(`/api${path}`, bytes);
  }
  api.onError(failureRenderer({ log, onDiskFull: () => disk.reportFull() }));
  api.notFound(() => {
    throw new AppError('not_found', 'There is nothing at this address.');
  });
  api.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    if (!OPEN_PATHS.has(c.req.path) && auth.session(c.req.header('cookie')) === undefined) {
      throw new AppError('unauthorized', 'Sign in first: open the link that the daemon printed.');
    }
    await next();
  });
  api.use((c, next) => capBody(limits.get(c.req.path) ?? BODY_LIMIT)(c, next));
  api.use(refuseDeepJson);
  api.route('/', createAuthRoutes({ auth }));
  for (const { routes } of rooms) if (routes) api.route('/', routes);
  api.openAPIRegistry.register('Error', ErrorResponse);
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'MLX Code', version: config.version },
  });
  return api;
}

export function capBody(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError('too_large', `The request is larger than ${maxSize} bytes.`);
    },
  });
}

/** Parsers and serialisers recurse; what no screen sends is refused before any of them sees it. */
const refuseDeepJson: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== 'GET' && /[/+]json\b/i.test(c.req.header('content-type') ?? '')) {
    if (nestingDepth(await c.req.text()) > MAX_DEPTH) {
      throw new AppError('invalid_request', `The JSON is nested more than ${MAX_DEPTH} levels deep.`);
    }
  }
  await next();
};
