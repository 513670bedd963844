import { createRoute, z } from '@hono/zod-openapi';
import { okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';

export type { IndexingApi } from './indexing.ts';

const Tags = ['retrieval'];
const Params = z.object({ workspace: WorkspaceId });

/** How far the index of one workspace is. */
export const IndexState = z
  .object({
    workspace_id: WorkspaceId,
    /** `scanning`: looking for what changed; `indexing`: reading files; `watching`: all is in, changes are taken up. */
    status: z.enum(['waiting', 'scanning', 'indexing', 'watching', 'paused', 'failed']),
    /** Of this pass. `total` null while still counting. */
    files: z.object({ done: z.number(), total: z.number().nullable() }),
    /** In the index: what a search sees. */
    indexed: z.object({
      files: z.number(),
      chunks: z.number(),
      symbols: z.number(),
      lines: z.number(),
      skipped: z.number(),
      failed: z.number(),
    }),
    /** Over the last seconds; null when nothing runs. */
    rate: z.object({ files: z.number(), chunks: z.number(), lines: z.number() }).nullable(),
    seconds_left: z.number().nullable(),
    vectors: z.object({
      /** `none`: no embedder is chosen or there. */
      status: z.enum(['none', 'waiting', 'running', 'paused', 'ready', 'failed']),
      done: z.number(),
      total: z.number(),
      embedder: z.object({ id: z.string(), name: z.string(), dimensions: z.number() }).nullable(),
      chunks_per_second: z.number().nullable(),
      seconds_left: z.number().nullable(),
      error: z.string().nullable(),
    }),
    /** What a search is at this moment. */
    method: z.enum(['keyword + symbols', 'keyword + symbols + vectors']),
    /** A sentence with what to do; null when all is well. */
    error: z.string().nullable(),
    /** When the last change was taken up. */
    updated_at: z.number().nullable(),
  })
  .openapi('IndexState');
export type IndexState = z.infer<typeof IndexState>;

export const IndexProblem = z.object({
  path: z.string(),
  status: z.enum(['skipped', 'failed']),
  /** A sentence. */
  reason: z.string(),
});
export type IndexProblem = z.infer<typeof IndexProblem>;

const post = <Action extends string>(action: Action) =>
  createRoute({
    method: 'post',
    path: `/retrieval/{workspace}/index/${action}` as const,
    tags: Tags,
    request: { params: Params },
    responses: okJson(IndexState),
  });

export const indexingRoutes = {
  list: createRoute({
    method: 'get',
    path: '/retrieval/indexes',
    tags: Tags,
    responses: okJson(z.object({ indexes: z.array(IndexState) })),
  }),
  state: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/index',
    tags: Tags,
    request: { params: Params },
    responses: okJson(IndexState),
  }),
  pause: post('pause'),
  resume: post('resume'),
  /** Throws this index away and reads every file again; the old one answers until the new one is complete. */
  rebuild: post('rebuild'),
  problems: createRoute({
    method: 'get',
    path: '/retrieval/{workspace}/index/problems',
    tags: Tags,
    request: {
      params: Params,
      query: z.object({
        after: z.string().max(4096).optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(200),
      }),
    },
    responses: okJson(z.object({ problems: z.array(IndexProblem), next: z.string().nullable() })),
  }),
};

export interface IndexingEvents {
  /** On topic `retrieval:<workspace id>`; at most five a second. */
  'retrieval.index': (state: IndexState) => void;
  /** On the same topic: files that changed and are searchable. At most 200 paths; `more` when there were others. */
  'retrieval.files': (change: { workspace_id: string; paths: string[]; more: boolean }) => void;
}
