import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';

export type { JobEvents } from '#server/kernel/jobs.ts';
export type { ModelsApi } from './models.ts';

const Tags = ['models'];
const ModelId = z.string().min(1).max(200);
const RepositoryId = z
  .string()
  .max(96 * 2 + 1)
  .regex(/^[\w.-]{1,96}\/[\w.-]{1,96}$/, 'must look like owner/name');

/** What the JSON files and safetensors headers of a directory say; nothing is loaded. Bytes, tokens. */
export const Model = z
  .object({
    id: ModelId,
    name: z.string(),
    path: z.string(),
    source: z.enum(['built_in', 'hugging_face', 'lm_studio', 'own', 'added']),
    /** Usable, or why not. */
    usable: z.boolean(),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
    architecture: z.string().nullable(),
    parameters: z.number().nullable(),
    quantization: z.string().nullable(),
    context_window: z.number().nullable(),
    size_bytes: z.number(),
    /** Estimated for a load, KV cache of a usual conversation included. */
    memory_bytes: z.number().nullable(),
    fits: z.boolean().nullable(),
    note: z.string().nullable(),
    /** Neither evicted nor unloaded by idleness once it is loaded. */
    pinned: z.boolean(),
    /** The smaller model that guesses ahead for it, and those that could. */
    draft_model_id: z.string().nullable(),
    draft_candidates: z.array(z.string()),
  })
  .openapi('Model');

export const Resident = z
  .object({
    model_id: z.string(),
    state: z.enum(['starting', 'loading', 'ready', 'restarting', 'stopping', 'failed']),
    fraction: z.number(),
    stage: z.string(),
    memory_bytes: z.number(),
    /** Of those, for caches of prompts. */
    cache_bytes: z.number(),
    since: z.number(),
    /** Milliseconds since 1970, as `since`. */
    used_at: z.number(),
    /** When it leaves unless it is used; null while it is in use or stays. */
    leaves_at: z.number().nullable(),
    pinned: z.boolean(),
    active_rows: z.number(),
    crashes: z.number(),
    dtype: z.string().nullable(),
    widened: z.boolean().nullable(),
    context_window: z.number().nullable(),
    /** The model marks its reasoning; null while it is not loaded. */
    has_thinking: z.boolean().nullable(),
    has_tools: z.boolean().nullable(),
    /** Of the draft model that is loaded beside it. */
    draft_parameters: z.number().nullable(),
    /** The machines of its ranks, this one first; empty when one process holds it all. */
    hosts: z.array(z.string()),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi('Resident');

/** What models may hold and do hold. Bytes. */
export const Memory = z
  .object({
    budget_bytes: z.number(),
    /** The budget where nobody chose one. */
    default_budget_bytes: z.number(),
    /** The smallest budget that is accepted; `total_bytes` is the largest. */
    least_budget_bytes: z.number(),
    /** Minutes without use after which a model leaves; 0 for never. */
    idle_minutes: z.number(),
    resident_bytes: z.number(),
    total_bytes: z.number(),
  })
  .openapi('Memory');

/** What is absent stays as it is. `budget_bytes` null goes back to the default. */
export const MemoryChange = z
  .object({
    budget_bytes: z.int().nullable(),
    idle_minutes: z.number(),
  })
  .partial()
  .strict()
  .openapi('MemoryChange');

/** Prompts that engines keep on the disk, so that they need not be read again after a restart. Bytes. */
export const PromptCaches = z
  .object({
    keep: z.boolean(),
    /** Null: the engine's own limit, at most 8 GiB and a tenth of the free disk. */
    limit_bytes: z.number().nullable(),
    bytes: z.number(),
  })
  .openapi('PromptCaches');

export const PromptCachesChange = z
  .object({
    keep: z.boolean(),
    limit_bytes: z
      .int()
      .min(64 * 2 ** 20)
      .max(2 ** 44)
      .nullable(),
  })
  .partial()
  .strict()
  .openapi('PromptCachesChange');

export const Recommended = z
  .object({
    repository: z.string(),
    name: z.string(),
    size_bytes: z.number(),
    memory_bytes: z.number(),
    quantization: z.string(),
    why: z.string(),
    fits: z.boolean(),
  })
  .openapi('Recommended');

/** What a download would bring, asked of the Hub before it starts. */
export const DownloadPlan = z
  .object({
    repository: z.string(),
    revision: z.string(),
    files: z.array(z.object({ path: z.string(), size_bytes: z.number() })),
    skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
    total_bytes: z.number(),
    free_disk_bytes: z.number(),
    memory_bytes: z.number().nullable(),
    fits_disk: z.boolean(),
    fits_memory: z.boolean().nullable(),
    gated: z.boolean(),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi('DownloadPlan');

const JobAnswer = z
  .object({
    id: z.string(),
    kind: z.string(),
    title: z.string(),
    status: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
    done: z.number(),
    total: z.number().nullable(),
    rate: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi('Job');

export const modelsRoutes = {
  list: createRoute({
    method: 'get',
    path: '/models',
    tags: Tags,
    request: { query: z.object({ rescan: z.enum(['0', '1']).default('0') }) },
    responses: okJson(
      z.object({
        models: z.array(Model),
        resident: z.array(Resident),
        memory: Memory,
        default_model_id: z.string(),
      }),
    ),
  }),
  load: createRoute({
    method: 'post',
    path: '/models/load',
    tags: Tags,
    request: jsonBody(z.object({ model_id: ModelId })),
    responses: okJson(Resident),
  }),
  unload: createRoute({
    method: 'post',
    path: '/models/unload',
    tags: Tags,
    request: jsonBody(z.object({ model_id: ModelId })),
    responses: okJson(z.object({ unloaded: z.boolean() })),
  }),
  /** Applied at once: what has no room in a smaller budget leaves. */
  memory: createRoute({
    method: 'patch',
    path: '/models/memory',
    tags: Tags,
    request: jsonBody(MemoryChange),
    responses: okJson(Memory),
  }),
  promptCaches: createRoute({
    method: 'get',
    path: '/models/prompt-caches',
    tags: Tags,
    responses: okJson(PromptCaches),
  }),
  /** Turned off, what is kept is deleted. Loaded models leave, to be loaded again as it is wanted now. */
  changePromptCaches: createRoute({
    method: 'patch',
    path: '/models/prompt-caches',
    tags: Tags,
    request: jsonBody(PromptCachesChange),
    responses: okJson(PromptCaches),
  }),
  clearPromptCaches: createRoute({
    method: 'post',
    path: '/models/prompt-caches/clear',
    tags: Tags,
    responses: okJson(PromptCaches.extend({ freed_bytes: z.number() })),
  }),
  pin: createRoute({
    method: 'post',
    path: '/models/pin',
    tags: Tags,
    request: jsonBody(z.object({ model_id: ModelId, pinned: z.boolean() })),
    responses: okJson(z.object({ model_id: z.string(), pinned: z.boolean() })),
  }),
  /** Null for none. A loaded model is loaded again with its next question. */
  draft: createRoute({
    method: 'post',
    path: '/models/draft',
    tags: Tags,
    request: jsonBody(z.object({ model_id: ModelId, draft_model_id: ModelId.nullable() })),
    responses: okJson(z.object({ model_id: z.string(), draft_model_id: z.string().nullable() })),
  }),
  folders: createRoute({
    method: 'get',
    path: '/models/folders',
    tags: Tags,
    responses: okJson(
      z.object({
        folders: z.array(
          z.object({ path: z.string(), source: z.string(), exists: z.boolean(), models: z.number() }),
        ),
      }),
    ),
  }),
  addFolder: createRoute({
    method: 'post',
    path: '/models/folders',
    tags: Tags,
    request: jsonBody(z.object({ path: z.string().min(1).max(4096) })),
    responses: okJson(z.object({ path: z.string(), models: z.number() })),
  }),
  removeFolder: createRoute({
    method: 'post',
    path: '/models/folders/remove',
    tags: Tags,
    request: jsonBody(z.object({ path: z.string().min(1).max(4096) })),
    responses: okJson(z.object({ removed: z.boolean() })),
  }),
  recommended: createRoute({
    method: 'get',
    path: '/models/recommended',
    tags: Tags,
    responses: okJson(z.object({ as_of: z.string(), models: z.array(Recommended) })),
  }),
  plan: createRoute({
    method: 'post',
    path: '/models/downloads/plan',
    tags: Tags,
    request: jsonBody(z.object({ repository: RepositoryId, revision: z.string().max(200).optional() })),
    responses: okJson(DownloadPlan),
  }),
  download: createRoute({
    method: 'post',
    path: '/models/downloads',
    tags: Tags,
    request: jsonBody(z.object({ repository: RepositoryId, revision: z.string().max(200).optional() })),
    responses: okJson(JobAnswer),
  }),
  downloads: createRoute({
    method: 'get',
    path: '/models/downloads',
    tags: Tags,
    responses: okJson(z.object({ jobs: z.array(JobAnswer) })),
  }),
  cancelDownload: createRoute({
    method: 'post',
    path: '/models/downloads/{id}/cancel',
    tags: Tags,
    request: { params: z.object({ id: z.string().max(64) }) },
    responses: okJson(JobAnswer),
  }),
  resumeDownload: createRoute({
    method: 'post',
    path: '/models/downloads/{id}/resume',
    tags: Tags,
    request: { params: z.object({ id: z.string().max(64) }) },
    responses: okJson(JobAnswer),
  }),
  /** The token goes to the keychain (or the 0600 file) and never comes back; only whether one is there. */
  token: createRoute({
    method: 'post',
    path: '/models/hub-token',
    tags: Tags,
    request: jsonBody(z.object({ token: z.string().min(8).max(200).nullable() })),
    responses: okJson(z.object({ saved: z.boolean(), where: z.enum(['keychain', 'file', 'none']) })),
  }),
  tokenState: createRoute({
    method: 'get',
    path: '/models/hub-token',
    tags: Tags,
    responses: okJson(z.object({ present: z.boolean() })),
  }),
};

export type Model = z.infer<typeof Model>;
export type Resident = z.infer<typeof Resident>;
export type Memory = z.infer<typeof Memory>;
export type MemoryChange = z.infer<typeof MemoryChange>;
export type PromptCaches = z.infer<typeof PromptCaches>;
export type PromptCachesChange = z.infer<typeof PromptCachesChange>;
export type DownloadPlan = z.infer<typeof DownloadPlan>;
export type Recommended = z.infer<typeof Recommended>;

/** Topic `models`. Progress of downloads comes as `jobs.changed` on topic `jobs`. */
export interface ModelsEvents {
  'models.resident': (event: { resident: Resident[]; memory: Memory }) => void;
  /** The list on disk, or what is pinned, changed: fetch again. */
  'models.changed': () => void;
}
