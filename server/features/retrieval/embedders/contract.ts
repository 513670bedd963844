import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';
import { IndexState } from '../indexing/contract.ts';

export type { EmbeddersApi } from './routes.ts';

const Tags = ['retrieval'];

/** The models that can measure texts here, and the one that does. */
export const EmbedderChoice = z
  .object({
    /** An id of `embedders`, or `none`. */
    chosen: z.string(),
    embedders: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        built_in: z.boolean(),
        /** What its ranking may weigh against words, 0 to 0.3. */
        weight: z.number(),
        /** The weight was earned in a measurement; otherwise it is a careful guess. */
        measured: z.boolean(),
      }),
    ),
  })
  .openapi('EmbedderChoice');
export type EmbedderChoice = z.infer<typeof EmbedderChoice>;

const post = (action: 'pause' | 'resume') =>
  createRoute({
    method: 'post',
    path: `/retrieval/{workspace}/vectors/${action}` as const,
    tags: Tags,
    request: { params: z.object({ workspace: WorkspaceId }) },
    responses: okJson(IndexState.shape.vectors),
  });

export const embedderRoutes = {
  read: createRoute({
    method: 'get',
    path: '/retrieval/embedders',
    tags: Tags,
    responses: okJson(EmbedderChoice),
  }),
  /** New vectors are made in the background; the old ones answer until then. */
  choose: createRoute({
    method: 'put',
    path: '/retrieval/embedders',
    tags: Tags,
    request: jsonBody(z.strictObject({ chosen: z.string().min(1).max(500) })),
    responses: okJson(EmbedderChoice),
  }),
  pause: post('pause'),
  resume: post('resume'),
};
