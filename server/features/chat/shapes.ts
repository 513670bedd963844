import { z } from '@hono/zod-openapi';
import { CacheReceipt, FinishReason, SpeculationReceipt, ToolCall } from '#server/worker/protocol.ts';
import {
  Citation,
  ContextFound,
  ContextMention,
  ContextPlace,
  ContextSource,
} from '../retrieval/context/contract.ts';
import { WorkspaceId } from '../workspaces/contract.ts';
import { Parameters } from './parameters.ts';

export const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
export const Id = z
  .string()
  .regex(ID, 'must be a 26-character id')
  .openapi({ example: '01JD0000000000000000000000' });
export const Text = z.string().max(2_000_000);

export const MessageError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What an answer was made with, besides its model, parameters and seed. */
export const AnswerRecord = z.object({
  template_hash: z.string().nullable(),
  /** sha256 of the prompt's token ids. */
  prompt_hash: z.string(),
  engine: z.string(),
  mlx: z.string(),
  mlx_lm: z.string(),
  python: z.string(),
  device: z.string(),
  blas: z.string(),
  dtype: z.string(),
  /** How often a prompt was read for it: more than once when it went on after a stop or an interruption. */
  runs: z.int().min(1),
});

/** How the last attempt to make an answer again ended. */
export const ReplayResult = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  outcome: z.enum(['same', 'different', 'failed']),
  /** Why it could not be expected to be the same. */
  caveats: z.array(z.string()),
  tokens: z.number(),
  /** Place of the first token that differs, from 0; null on either side: that one had ended. */
  first_difference: z
    .object({ index: z.number(), expected: z.number().nullable(), actual: z.number().nullable() })
    .nullable(),
  error: MessageError.nullable(),
});

/** What a question asks to be told of an opened folder. */
export const AskedContext = z.object({
  workspace_id: WorkspaceId,
  mentions: z.array(ContextMention).max(50).default([]),
  /** Search by itself too, not only what was pointed at. */
  automatic: z.boolean().default(true),
  left_out: z.array(ContextPlace).max(200).default([]),
});
export type AskedContext = z.infer<typeof AskedContext>;

/** A question's evidence without the texts, which `sources` answers with. `found` null: not gathered yet. */
export const MessageContext = AskedContext.extend({
  found: ContextFound.omit({ text: true })
    .extend({ sources: z.array(ContextSource.omit({ text: true })) })
    .nullable(),
}).openapi('MessageContext');
export type MessageContext = z.infer<typeof MessageContext>;

export const MessageSources = z
  .object({
    sources: z.array(ContextSource),
    /** Numbers of those that changed since; null while the folder cannot be read. */
    stale: z.array(z.int()).nullable(),
  })
  .openapi('MessageSources');
export type MessageSources = z.infer<typeof MessageSources>;

export const Message = z
  .object({
    id: Id,
    conversation_id: Id,
    parent_id: Id.nullable(),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    /** What the model thought before it answered. */
    reasoning: z.string(),
    tool_calls: z.array(ToolCall).nullable(),
    status: z.enum(['queued', 'running', 'interrupted', 'complete', 'failed']),
    finish_reason: FinishReason.nullable(),
    /** `cache`: where reused tokens lay, and the seconds not spent on them; absent in older answers. */
    usage: z
      .object({
        prompt_tokens: z.number(),
        completion_tokens: z.number(),
        cached_tokens: z.number(),
        reasoning_tokens: z.number().optional(),
        cache: CacheReceipt.nullable().optional(),
        speculation: SpeculationReceipt.nullable().optional(),
      })
      .nullable(),
    /** Seconds; tokens_per_second over decode only, `reasoning` from the first thought to the first text. */
    timings: z
      .object({
        queue: z.number(),
        load: z.number(),
        prefill: z.number(),
        first_token: z.number(),
        decode: z.number(),
        tokens_per_second: z.number(),
        reasoning: z.number().optional(),
      })
      .nullable(),
    model: z
      .object({
        id: z.string(),
        name: z.string(),
        quantization: z.string().nullable(),
        hash: z.string().nullable(),
      })
      .nullable(),
    parameters: Parameters.nullable(),
    /** Left out because the context window was full: oldest turns, and before them the evidence of `contexts` turns. */
    dropped: z
      .object({ messages: z.number(), tokens: z.number(), contexts: z.number().optional() })
      .nullable(),
    /** Of a question: what of a workspace went with it. */
    context: MessageContext.nullable(),
    /** Of an answer: what it cites and quotes, held against its question's sources; null until it ended. */
    citations: z.array(Citation).nullable(),
    error: MessageError.nullable(),
    seed: z.number().nullable(),
    /** Null for answers of the first version. */
    record: AnswerRecord.nullable(),
    replay: ReplayResult.nullable(),
    seq: z.number(),
    interruptions: z.number(),
    created_at: z.number(),
    /** Ids of all versions (siblings with the same parent and role), oldest first, this one included. */
    versions: z.array(Id),
  })
  .openapi('Message');

/** An attempt to make an answer again, running or the last one. */
export const Replay = z
  .object({
    message_id: Id,
    running: z
      .object({ phase: z.string(), done: z.number(), total: z.number(), caveats: z.array(z.string()) })
      .nullable(),
    result: ReplayResult.nullable(),
    /** The answer against what came instead, where the texts differ. */
    difference: z
      .array(z.object({ kind: z.enum(['same', 'removed', 'added']), text: z.string() }))
      .nullable(),
  })
  .openapi('Replay');

export const Conversation = z
  .object({
    id: Id,
    title: z.string(),
    title_source: z.enum(['auto', 'user']),
    model_id: z.string().nullable(),
    system_prompt: z.string(),
    parameters: Parameters,
    active_leaf_id: Id.nullable(),
    pinned: z.boolean(),
    /** The opened folder it is about. */
    workspace_id: WorkspaceId.nullable(),
    created_at: z.number(),
    updated_at: z.number(),
  })
  .openapi('Conversation');

export const ConversationSummary = Conversation.pick({
  id: true,
  title: true,
  pinned: true,
  created_at: true,
  updated_at: true,
})
  .extend({ running: z.boolean() })
  .openapi('ConversationSummary');

export const ConversationView = z
  .object({
    conversation: Conversation,
    /** The active path, oldest first: its last `limit` messages. */
    messages: z.array(Message),
    /** Pass as `before` for older messages of the path; null when all are here. */
    before: Id.nullable(),
  })
  .openapi('ConversationView');

export const TokenCount = z
  .object({
    /** Exact prompt tokens of the next send, with the model's chat template. */
    tokens: z.number(),
    draft_tokens: z.number(),
    context_window: z.number(),
    /** Tokens kept free for the answer. */
    reserved: z.number(),
    overflow: z.boolean(),
    /** What `drop_oldest` would leave out. */
    would_drop: z.object({ messages: z.number(), tokens: z.number(), contexts: z.number() }),
    /** Kept as well as dropped, oldest first. */
    parts: z.array(
      z.object({ message_id: Id.nullable(), role: z.string(), tokens: z.number(), dropped: z.boolean() }),
    ),
  })
  .openapi('TokenCount');

export type Message = z.infer<typeof Message>;
export type AnswerRecord = z.infer<typeof AnswerRecord>;
export type ReplayResult = z.infer<typeof ReplayResult>;
export type Replay = z.infer<typeof Replay>;
export type Conversation = z.infer<typeof Conversation>;
export type ConversationSummary = z.infer<typeof ConversationSummary>;
export type ConversationView = z.infer<typeof ConversationView>;
export type TokenCount = z.infer<typeof TokenCount>;
