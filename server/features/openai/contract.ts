import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';

export type { OpenaiApi } from './openai.ts';

const Tags = ['openai'];

/** What a key may be used for. */
export const ApiScope = z.enum(['chat', 'embeddings', 'models']);

/** A key as it is listed: by its beginning, never whole. Milliseconds since 1970. */
export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(ApiScope),
    created_at: z.number(),
    last_used_at: z.number().nullable(),
    revoked_at: z.number().nullable(),
  })
  .openapi('ApiKey');

const Name = z.string().trim().min(1).max(80);
const IdParams = z.object({ id: z.string().min(1).max(64) });

export const openaiRoutes = {
  list: createRoute({
    method: 'get',
    path: '/openai/keys',
    tags: Tags,
    responses: okJson(z.object({ keys: z.array(ApiKey) })),
  }),
  /** The only answer that ever holds the key itself. */
  create: createRoute({
    method: 'post',
    path: '/openai/keys',
    tags: Tags,
    request: jsonBody(
      z.strictObject({ name: Name, scopes: z.array(ApiScope).min(1).max(3).default(ApiScope.options) }),
    ),
    responses: okJson(z.object({ key: z.string(), entry: ApiKey })),
  }),
  rename: createRoute({
    method: 'patch',
    path: '/openai/keys/{id}',
    tags: Tags,
    request: { params: IdParams, ...jsonBody(z.strictObject({ name: Name })) },
    responses: okJson(ApiKey),
  }),
  /** For good; what it has running ends. */
  revoke: createRoute({
    method: 'post',
    path: '/openai/keys/{id}/revoke',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(ApiKey),
  }),
};

export type ApiKey = z.infer<typeof ApiKey>;
export type ApiScope = z.infer<typeof ApiScope>;
