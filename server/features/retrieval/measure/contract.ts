import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';

export type { MeasureApi } from './measure.ts';

const Tags = ['retrieval'];
const Params = z.object({ id: z.string().min(1).max(64) });

/** A share or a mean with its 95 % interval (percentile bootstrap, 2,000 resamples). */
export const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof Estimate>;

/** How well one way of searching finds the right place. */
export const ModeResult = z.object({
  mode: z.enum(['lexical', 'hybrid']),
  embedder: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** What meaning weighed, 0 to 0.3: chosen on the tuning part. Null for words alone. */
  weight: z.number().nullable(),
  /** Mean of 1 / rank of the right place within the first ten, 0 when it is not among them. */
  mrr: Estimate,
  /** Share of the questions whose right place is first, and among the first ten. */
  acc_1: Estimate,
  acc_10: Estimate,
  /** Milliseconds of the search that every mode is ranked from, with its embedding: the same for all of them. */
  p50_ms: z.number(),
});
export type ModeResult = z.infer<typeof ModeResult>;

export const MeasurementResult = z.object({
  corpus: z.object({
    /** In words, e.g. `Python 3.11.7 standard library`. */
    name: z.string(),
    files: z.number(),
    chunks: z.number(),
  }),
  /** Questions that the weight was chosen with, and others that the figures are of. */
  tuned_on: z.number(),
  reported_on: z.number(),
  modes: z.array(ModeResult),
  /** Of the tuning part: MRR at each weight that was tried. */
  tuning: z.array(z.object({ weight: z.number(), mrr: z.number() })),
  /** Whether the weight was taken over for searches; a sentence says why not. */
  weight_kept: z.boolean(),
  note: z.string().nullable(),
});
export type MeasurementResult = z.infer<typeof MeasurementResult>;

export const MeasurementKind = z.enum(['stdlib', 'history']);

export const Measurement = z
  .object({
    id: z.string(),
    /** `stdlib`: docstrings of Python's library to their functions; `history`: commit messages to the files they changed. */
    kind: MeasurementKind,
    workspace_id: z.string().nullable(),
    status: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
    /** What it is at; null when it does not run. */
    step: z.string().nullable(),
    done: z.number(),
    total: z.number().nullable(),
    seconds_left: z.number().nullable(),
    error: z.string().nullable(),
    result: MeasurementResult.nullable(),
    created_at: z.number(),
    finished_at: z.number().nullable(),
  })
  .openapi('Measurement');
export type Measurement = z.infer<typeof Measurement>;

const byId = <Action extends string>(action: Action) =>
  createRoute({
    method: 'post',
    path: `/retrieval/measurements/{id}/${action}` as const,
    tags: Tags,
    request: { params: Params },
    responses: okJson(Measurement),
  });

export const measureRoutes = {
  /** Newest first. */
  list: createRoute({
    method: 'get',
    path: '/retrieval/measurements',
    tags: Tags,
    responses: okJson(
      z.object({
        measurements: z.array(Measurement),
        /** The chosen embedder and what it weighs in searches; null without one. */
        embedder: z
          .object({ id: z.string(), name: z.string(), weight: z.number(), measured: z.boolean() })
          .nullable(),
      }),
    ),
  }),
  start: createRoute({
    method: 'post',
    path: '/retrieval/measurements',
    tags: Tags,
    request: jsonBody(
      z.strictObject({
        kind: MeasurementKind,
        /** Whose history; not for `stdlib`. */
        workspace_id: WorkspaceId.optional(),
        /** With the chosen embedder too. For `stdlib` every chunk must get a vector first. */
        with_meaning: z.boolean().default(true),
        /** Share of the library's modules, for machines on which vectors of all would take too long. */
        share: z.number().min(0.01).max(1).default(1),
      }),
    ),
    responses: okJson(Measurement),
  }),
  cancel: byId('cancel'),
  /** Goes on with a cancelled or failed one; what was indexed is not read again. */
  resume: byId('resume'),
};
