import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { type ApiOptions, BODY_LIMIT, capBody } from './api.ts';
import { AppError } from './errors.ts';
import { failureRenderer, programErrorBody } from './http.ts';

/** Everything under /v1, which speaks OpenAI's protocol: caps and errors in its shape. Rooms ask for keys themselves. */
export function createPrograms({ log, disk, rooms }: Pick<ApiOptions, 'log' | 'disk' | 'rooms'>) {
  const app = new Hono<{ Bindings: HttpBindings }>().basePath('/v1');
  app.onError(failureRenderer({ log, onDiskFull: () => disk.reportFull(), body: programErrorBody }));
  app.notFound(() => {
    throw new AppError('not_found', 'There is nothing at this address; see docs/api.md for what there is.');
  });
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  app.use(capBody(BODY_LIMIT));
  for (const { programs } of rooms) if (programs) app.route('/', programs);
  return app;
}
