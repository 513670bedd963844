import { z } from '@hono/zod-openapi';

/** A JSON request body for `createRoute`. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { 'application/json': { schema } } } } as const;
}

/** What every route returns when it fails; the status follows from `code`. */
export const ErrorResponse = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
      log_id: z.string().optional(),
    }),
  })
  .openapi('Error');

/** The answer of a route that succeeds with JSON, or fails with `{ error }`. */
export function okJson<Schema extends z.ZodType>(schema: Schema) {
  return { 200: { description: 'ok', content: { 'application/json': { schema } } } } as const;
}

/** The answer of a route that returns bytes of `mediaType`. */
export function okBytes<Type extends string>(mediaType: Type) {
  return {
    200: { description: `bytes of ${mediaType}`, content: { [mediaType]: { schema: z.string() } } },
  } as const;
}
