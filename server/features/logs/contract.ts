import { createRoute, z } from '@hono/zod-openapi';
import { okJson } from '#server/kernel/contract.ts';

export type { LogsApi } from './logs.ts';

/** One line of the daemon's log. `fields` is JSON text; secrets are redacted before this. */
export const LogLine = z
  .object({
    seq: z.number(),
    time: z.number(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    room: z.string().nullable(),
    message: z.string(),
    fields: z.string(),
  })
  .openapi('LogLine');

export const logsRoutes = {
  /** The newest lines that match, oldest first. */
  list: createRoute({
    method: 'get',
    path: '/logs',
    tags: ['logs'],
    request: {
      query: z.object({
        after: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(5000).default(1000),
        /** This level and what is more severe. */
        level: z.enum(['debug', 'info', 'warn', 'error']).default('debug'),
        search: z.string().max(200).default(''),
      }),
    },
    responses: okJson(z.object({ lines: z.array(LogLine), last_seq: z.number() })),
  }),
};

export type LogLine = z.infer<typeof LogLine>;

/** Topic `logs`: new lines, at most four times a second. */
export interface LogsEvents {
  'logs.added': (lines: LogLine[]) => void;
}
