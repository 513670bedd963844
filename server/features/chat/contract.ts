import { createRoute, z } from '@hono/zod-openapi';
import type { GenerationState } from '#server/generation/generation.ts';
import { jsonBody, okBytes, okJson } from '#server/kernel/contract.ts';
import { WorkspaceId } from '../workspaces/contract.ts';
import { Parameters } from './parameters.ts';
import {
  AskedContext,
  Id,
  Text,
  Message,
  MessageSources,
  Replay,
  Conversation,
  ConversationSummary,
  ConversationView,
  TokenCount,
} from './shapes.ts';

export type { ChatApi } from './chat.ts';
export type {
  AskedContext,
  Conversation,
  ConversationSummary,
  ConversationView,
  Message,
  MessageContext,
  MessageSources,
  Replay,
  ReplayResult,
  TokenCount,
} from './shapes.ts';

/** Where an answer is: `searching` while its evidence is gathered. */
export type AnswerState = GenerationState | { phase: 'searching' };
export type { Parameters };

/** Absent: what the conversation's workspace says. Null: nothing. */
const Context = AskedContext.nullable().optional();
const Overflow = z.enum(['refuse', 'drop_oldest']).default('refuse');
const Tags = ['chat'];
const IdParams = z.object({ id: Id });
const Started = z.object({ user: Message.nullable(), answer: Message });

export const chatRoutes = {
  list: createRoute({
    method: 'get',
    path: '/chat/conversations',
    tags: Tags,
    request: {
      query: z.object({
        cursor: z.string().max(200).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(60),
      }),
    },
    responses: okJson(
      z.object({
        items: z.array(ConversationSummary),
        next_cursor: z.string().nullable(),
        total: z.number(),
      }),
    ),
  }),
  create: createRoute({
    method: 'post',
    path: '/chat/conversations',
    tags: Tags,
    request: jsonBody(
      z.object({
        title: z.string().max(200).optional(),
        model_id: z.string().max(200).nullable().optional(),
        system_prompt: Text.optional(),
        parameters: Parameters.optional(),
        workspace_id: WorkspaceId.nullable().optional(),
      }),
    ),
    responses: okJson(Conversation),
  }),
  open: createRoute({
    method: 'get',
    path: '/chat/conversations/{id}',
    tags: Tags,
    request: {
      params: IdParams,
      query: z.object({ before: Id.optional(), limit: z.coerce.number().int().min(1).max(500).default(100) }),
    },
    responses: okJson(ConversationView),
  }),
  update: createRoute({
    method: 'patch',
    path: '/chat/conversations/{id}',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z
          .object({
            title: z.string().trim().min(1).max(200),
            model_id: z.string().max(200).nullable(),
            system_prompt: Text,
            parameters: Parameters,
            pinned: z.boolean(),
            workspace_id: WorkspaceId.nullable(),
          })
          .partial(),
      ),
    },
    responses: okJson(Conversation),
  }),
  /** Undoable: `restore` brings them back until they are purged 30 days later. Running answers are stopped first. */
  remove: createRoute({
    method: 'post',
    path: '/chat/conversations/delete',
    tags: Tags,
    request: jsonBody(z.object({ ids: z.array(Id).min(1).max(10_000) })),
    responses: okJson(z.object({ deleted: z.number() })),
  }),
  restore: createRoute({
    method: 'post',
    path: '/chat/conversations/restore',
    tags: Tags,
    request: jsonBody(z.object({ ids: z.array(Id).min(1).max(10_000) })),
    responses: okJson(z.object({ restored: z.number() })),
  }),
  /** The same for a conversation that is yet to begin. */
  countNew: createRoute({
    method: 'post',
    path: '/chat/count',
    tags: Tags,
    request: jsonBody(
      z.object({
        text: Text,
        model_id: z.string().max(200).nullable().optional(),
        system_prompt: Text.default(''),
        max_tokens: Parameters.shape.max_tokens,
      }),
    ),
    responses: okJson(TokenCount),
  }),
  count: createRoute({
    method: 'post',
    path: '/chat/conversations/{id}/count',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z.object({
          text: Text,
          model_id: z.string().max(200).optional(),
          parent_id: Id.nullable().optional(),
        }),
      ),
    },
    responses: okJson(TokenCount),
  }),
  /** `request_id` makes a repeated send answer with the first one's messages instead of sending twice. */
  send: createRoute({
    method: 'post',
    path: '/chat/conversations/{id}/messages',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z.object({
          text: Text.min(1),
          request_id: Id,
          parent_id: Id.nullable().optional(),
          context: Context,
          overflow: Overflow,
        }),
      ),
    },
    responses: okJson(Started),
  }),
  /** A sibling of a sent message with new text, and an answer to it. Without `context`: what the sent one asked for. */
  edit: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/edit',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(z.object({ text: Text.min(1), context: Context, overflow: Overflow })),
    },
    responses: okJson(Started),
  }),
  /**
   * A sibling of an answer, with another model or parameters if given. It reads the sources of the first; `refresh`
   * looks again, which makes a sibling of the question, so that no answer loses what it was given.
   */
  regenerate: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/regenerate',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z.object({
          model_id: z.string().max(200).optional(),
          parameters: Parameters.optional(),
          refresh: z.boolean().default(false),
          overflow: Overflow,
        }),
      ),
    },
    responses: okJson(Started),
  }),
  /** Goes on with an interrupted, stopped or length-stopped answer from its token ids. */
  resume: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/continue',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(z.object({ max_tokens: z.int().min(1).max(1_000_000).optional() })),
    },
    responses: okJson(Message),
  }),
  stop: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/stop',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ stopped: z.boolean() })),
  }),
  /** Makes this version the active one; its newest descendants become the path. */
  select: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/select',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(ConversationView),
  }),
  /** A new conversation that holds a copy of the path down to this message. */
  branch: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/branch',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Conversation),
  }),
  /** Removes the message and all that follows it; undo through `restoreMessage`. */
  removeMessage: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/delete',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(ConversationView),
  }),
  restoreMessage: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/restore',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(ConversationView),
  }),
  /** What a question was asked with, the texts included, and which of it is no longer on the disk as the model read it. */
  sources: createRoute({
    method: 'get',
    path: '/chat/messages/{id}/sources',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(MessageSources),
  }),
  /** What a reconnecting browser missed of a running answer: everything after `after`. */
  live: createRoute({
    method: 'get',
    path: '/chat/messages/{id}/live',
    tags: Tags,
    request: { params: IdParams, query: z.object({ after: z.coerce.number().int().min(0).default(0) }) },
    responses: okJson(
      z.object({
        message: Message,
        seq: z.number(),
        text: z.string(),
        reasoning: z.string(),
        state: z.unknown().nullable(),
      }),
    ),
  }),
  /** Runs the same prompt, sampler and seed again and compares; the conversation stays as it is. */
  replay: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/replay',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Replay),
  }),
  replayState: createRoute({
    method: 'get',
    path: '/chat/messages/{id}/replay',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Replay),
  }),
  cancelReplay: createRoute({
    method: 'post',
    path: '/chat/messages/{id}/replay/cancel',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ cancelled: z.boolean() })),
  }),
  /** One conversation as Markdown (`text/markdown`), as a download. */
  exportOne: createRoute({
    method: 'get',
    path: '/chat/conversations/{id}/export',
    tags: Tags,
    request: { params: IdParams },
    responses: okBytes('text/markdown'),
  }),
  /** Many conversations (all when `ids` is absent) as a zip of Markdown files. */
  exportMany: createRoute({
    method: 'post',
    path: '/chat/export',
    tags: Tags,
    request: jsonBody(z.object({ ids: z.array(Id).max(10_000).optional() })),
    responses: okBytes('application/zip'),
  }),
  /** Body: one exported Markdown file or a zip of them. Existing ids are never overwritten: a copy gets new ids. */
  importFile: createRoute({
    method: 'post',
    path: '/chat/import',
    tags: Tags,
    responses: okJson(
      z.object({
        conversations: z.array(Conversation),
        failed: z.array(z.object({ file: z.string(), message: z.string() })),
      }),
    ),
  }),
};

/** Topic `conversation:<id>`, except `chat.listed` on topic `chat`. */
export interface ChatEvents {
  /**
   * [message_id, seq, text, completion tokens so far, reasoning if any]: short, because there is one for nearly
   * every token.
   */
  'chat.delta': (delta: [id: string, seq: number, text: string, tokens: number, reasoning?: string]) => void;
  'chat.state': (event: { message_id: string; state: AnswerState }) => void;
  'chat.replay': (replay: Replay) => void;
  /** A message was made or reached its end. The browser replaces its copy. */
  'chat.message': (message: Message) => void;
  /** The path, title, model or parameters changed: fetch again. `by` is the request that caused it, if any. */
  'chat.changed': (event: { conversation_id: string }) => void;
  /** The list changed: these are new or changed, those are gone. */
  'chat.listed': (event: { changed: ConversationSummary[]; removed: string[] }) => void;
}
