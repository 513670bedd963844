import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../../workspaces/contract.ts';

export type { ContextApi } from './context.ts';

/** Something a person pointed at in a message. Paths are relative to the workspace, with `/`. */
export const ContextMention = z.object({
  kind: z.enum(['file', 'folder', 'symbol']),
  path: z.string().max(4096),
  /** A symbol's name. */
  name: z.string().max(500).optional(),
  /** Where the symbol is defined; of a file: what part of it, up to `end_line` or to the end of what is defined there. */
  line: z.int().min(1).optional(),
  end_line: z.int().min(1).optional(),
});
export type ContextMention = z.infer<typeof ContextMention>;

/** Lines of a file, from 1, both inclusive. */
export const ContextPlace = z.object({
  path: z.string().max(4096),
  line: z.int().min(1),
  end_line: z.int().min(1),
});
export type ContextPlace = z.infer<typeof ContextPlace>;

/** One piece of a file as it stood in a prompt. Lines from 1, both inclusive. */
export const ContextSource = z
  .object({
    /** Its number in the prompt, from 1: what `[1]` cites. */
    number: z.int().min(1),
    workspace_id: WorkspaceId,
    path: z.string(),
    line: z.int().min(1),
    end_line: z.int().min(1),
    /** The function, section or page it is, if any. */
    name: z.string().nullable(),
    language: z.string().nullable(),
    /** What the model read of it. */
    text: z.string(),
    tokens: z.int(),
    /** sha256 of the whole file when it was read. */
    file_hash: z.string(),
    reason: z.enum(['mentioned', 'defines', 'words', 'meaning', 'path', 'imported', 'caller', 'test']),
    /** 0 to 1 within this context. */
    score: z.number(),
  })
  .openapi('ContextSource');
export type ContextSource = z.infer<typeof ContextSource>;

/** What was found for a prompt. */
export const ContextFound = z
  .object({
    sources: z.array(ContextSource),
    /** The block that enters the prompt, as the model reads it; empty when there is nothing. */
    text: z.string(),
    tokens: z.int(),
    /** Found, and left out because the budget was full. */
    dropped: z.array(z.object({ path: z.string(), line: z.int(), end_line: z.int(), tokens: z.int() })),
    /** It was searched, and nothing relevant is there. */
    nothing_found: z.boolean(),
    /** How it was searched, e.g. `keyword + symbols`; null when it was not. */
    method: z.string().nullable(),
    /** A sentence when something went wrong on the way, e.g. the index is not ready. */
    note: z.string().nullable(),
  })
  .openapi('ContextFound');
export type ContextFound = z.infer<typeof ContextFound>;

/** A place in an answer that names a source or quotes one. Offsets into the answer's text, in UTF-16 units. */
export const Citation = z
  .object({
    from: z.int(),
    to: z.int(),
    /** The source it belongs to; null when there is none. */
    source: z.int().nullable(),
    kind: z.enum(['reference', 'quote']),
    /** `verified`: the quoted text, or the cited line, is really there. */
    state: z.enum(['verified', 'unverified']),
    path: z.string(),
    line: z.int(),
    end_line: z.int(),
  })
  .openapi('Citation');
export type Citation = z.infer<typeof Citation>;

export const contextRoutes = {
  /** What would enter the prompt of this message. Nothing is kept. */
  preview: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/context',
    tags: ['retrieval'],
    request: {
      params: z.object({ workspace: WorkspaceId }),
      ...jsonBody(
        z.strictObject({
          query: z.string().max(100_000),
          mentions: z.array(ContextMention).max(50).default([]),
          automatic: z.boolean().default(true),
          /** What a person took out of an earlier preview. */
          left_out: z.array(ContextPlace).max(200).default([]),
          /** Whose tokens count; the default model when absent. */
          model_id: z.string().max(200).nullable().optional(),
        }),
      ),
    },
    responses: okJson(ContextFound),
  }),
  /** Numbers of the sources whose lines are no longer what the model read. */
  stale: createRoute({
    method: 'post',
    path: '/retrieval/{workspace}/stale',
    tags: ['retrieval'],
    request: {
      params: z.object({ workspace: WorkspaceId }),
      ...jsonBody(z.strictObject({ sources: z.array(ContextSource).max(200) })),
    },
    responses: okJson(z.object({ stale: z.array(z.int()) })),
  }),
};
