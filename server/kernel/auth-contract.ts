import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from './contract.ts';

const tags = ['auth'];

export const authRoutes = {
  state: createRoute({
    method: 'get',
    path: '/auth/state',
    tags,
    responses: okJson(z.object({ signed_in: z.boolean() })),
  }),
  /** Exchanges the one-time token of a link for the cookie. */
  signIn: createRoute({
    method: 'post',
    path: '/auth/sign-in',
    tags,
    request: jsonBody(z.object({ token: z.string().min(1).max(256) })),
    responses: okJson(z.object({ signed_in: z.literal(true) })),
  }),
  /** Another one-time link, e.g. for another browser. */
  link: createRoute({
    method: 'post',
    path: '/auth/links',
    tags,
    responses: okJson(z.object({ link: z.string() })),
  }),
  /** Ends every other sign-in, every link and every socket; this browser stays signed in. */
  rotate: createRoute({
    method: 'post',
    path: '/auth/rotate',
    tags,
    responses: okJson(z.object({ signed_in: z.literal(true) })),
  }),
};
