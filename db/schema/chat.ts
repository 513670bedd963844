import type { Citation, ContextFound, ContextMention } from '#server/features/retrieval/context/contract.ts';
import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
} from 'drizzle-orm/sqlite-core';

// Times are milliseconds since 1970; ids are ULIDs. JSON columns hold what server/features/chat/contract.ts describes.

interface StoredParameters {
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  max_tokens?: number;
  seed?: number;
  stop?: string[];
  repetition_penalty?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  logit_bias?: Record<string, number>;
  xtc_probability?: number;
  xtc_threshold?: number;
  constraint?: { type: 'json_schema' | 'regex' | 'grammar'; value: string };
  thinking?: 'auto' | 'on' | 'off';
  speculation?: 'auto' | 'off';
}

interface StoredUsage {
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens: number;
  reasoning_tokens?: number | undefined;
  /** Seconds. Absent in answers of the first version. */
  cache?:
    | { reused_tokens: number; from: 'memory' | 'disk' | 'none'; seconds_saved: number }
    | null
    | undefined;
  speculation?:
    | {
        method: 'draft' | 'prompt_lookup';
        drafted_tokens: number;
        accepted_tokens: number;
        steps: number;
        gain: number;
      }
    | null
    | undefined;
}

/** Seconds. */
interface StoredTimings {
  queue: number;
  load: number;
  prefill: number;
  first_token: number;
  decode: number;
  tokens_per_second: number;
  /** From the first reasoning to the first text. */
  reasoning?: number | undefined;
}

interface StoredModel {
  id: string;
  name: string;
  quantization: string | null;
  hash: string | null;
}

/** What an answer was made with, besides its model, parameters and seed. */
interface StoredRecord {
  template_hash: string | null;
  prompt_hash: string;
  engine: string;
  mlx: string;
  mlx_lm: string;
  python: string;
  device: string;
  blas: string;
  dtype: string;
  /** How often a prompt was read for it: more than once when it went on after a stop or an interruption. */
  runs: number;
}

/** The last attempt to make the answer again. */
interface StoredReplay {
  at: number;
  outcome: 'same' | 'different' | 'failed';
  caveats: string[];
  tokens: number;
  first_difference: { index: number; expected: number | null; actual: number | null } | null;
  error: StoredError | null;
  /** What it said, where that differs. */
  reasoning?: string | undefined;
  text?: string | undefined;
}

interface StoredToolCall {
  id: string;
  name: string;
  arguments: string;
}

interface StoredError {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** What a person pointed at, whether to search besides, and what of it was to stay out. */
interface StoredAsked {
  mentions: ContextMention[];
  automatic: boolean;
  left_out: { path: string; line: number; end_line: number }[];
}

export const conversations = sqliteTable(
  'conversations',
  {
    id: text().primaryKey(),
    title: text().notNull().default(''),
    /** `auto` until a person names it; then never renamed by itself. */
    titleSource: text({ enum: ['auto', 'user'] })
      .notNull()
      .default('auto'),
    modelId: text(),
    systemPrompt: text().notNull().default(''),
    /** Only those that were set. */
    parameters: text({ mode: 'json' }).$type<StoredParameters>().notNull().default({}),
    activeLeafId: text(),
    pinned: integer({ mode: 'boolean' }).notNull().default(false),
    /** The opened folder it is about. */
    workspaceId: text(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    /** Set by delete, cleared by undo; rows are purged 30 days later. */
    deletedAt: integer(),
  },
  (table) => [index('conversations_by_update').on(table.deletedAt, table.pinned, table.updatedAt, table.id)],
);

export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    conversationId: text()
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    parentId: text().references((): AnySQLiteColumn => messages.id, { onDelete: 'cascade' }),
    role: text({ enum: ['user', 'assistant'] }).notNull(),
    text: text().notNull().default(''),
    /** What the model thought before it answered. */
    reasoning: text().notNull().default(''),
    toolCalls: text({ mode: 'json' }).$type<StoredToolCall[]>(),
    /** Little-endian uint32 array: the completion as the engine decoded it. */
    tokenIds: blob({ mode: 'buffer' }),
    status: text({ enum: ['queued', 'running', 'interrupted', 'complete', 'failed'] }).notNull(),
    finishReason: text({ enum: ['stop', 'length', 'tool_calls', 'cancelled', 'error'] }),
    usage: text({ mode: 'json' }).$type<StoredUsage>(),
    timings: text({ mode: 'json' }).$type<StoredTimings>(),
    /** The model and parameters in force when it was written. */
    model: text({ mode: 'json' }).$type<StoredModel>(),
    parameters: text({ mode: 'json' }).$type<StoredParameters>(),
    dropped: text({ mode: 'json' }).$type<{
      messages: number;
      tokens: number;
      contexts?: number | undefined;
    }>(),
    error: text({ mode: 'json' }).$type<StoredError>(),
    seed: integer(),
    /** Null for answers of the first version, and for what was never admitted. */
    record: text({ mode: 'json' }).$type<StoredRecord>(),
    replay: text({ mode: 'json' }).$type<StoredReplay>(),
    /** Of an answer: what it cites and quotes, as it was verified when it ended. */
    citations: text({ mode: 'json' }).$type<Citation[]>(),
    /** Last journaled delta; deltas after it were never shown as kept. */
    seq: integer().notNull().default(0),
    /** How often an engine or daemon died under this answer. */
    interruptions: integer().notNull().default(0),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
  },
  (table) => [
    index('messages_by_conversation').on(table.conversationId, table.parentId, table.id),
    index('messages_by_parent').on(table.parentId),
    index('messages_unfinished').on(table.status),
    index('messages_deleted').on(table.deletedAt).where(sql`${table.deletedAt} is not null`),
  ],
);

/**
 * The journal of running answers: what arrived since `messages.text`, one row a flush, folded into the message
 * when it ends. Rewriting a growing text 15 times a second would cost quadratic writes.
 */
export const messagePieces = sqliteTable(
  'message_pieces',
  {
    messageId: text()
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
    text: text().notNull(),
    reasoning: text().notNull().default(''),
    tokenIds: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.seq] })],
);

/**
 * The token ids that each answer's prompt had: the first `shared` of the base's prompt and completion, then `tail`.
 * The base is an answer above it, so that a conversation grows by what each turn adds and not by its square.
 */
export const messagePrompts = sqliteTable(
  'message_prompts',
  {
    messageId: text()
      .primaryKey()
      .references(() => messages.id, { onDelete: 'cascade' }),
    /** Null: the tail is the whole prompt. */
    baseId: text(),
    shared: integer().notNull(),
    /** Little-endian uint32 array. */
    tail: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [index('message_prompts_by_base').on(table.baseId)],
);

/** What of a workspace entered the prompt with a message of a person, exactly as the model read it. */
export const messageContexts = sqliteTable('message_contexts', {
  messageId: text()
    .primaryKey()
    .references(() => messages.id, { onDelete: 'cascade' }),
  workspaceId: text().notNull(),
  asked: text({ mode: 'json' }).$type<StoredAsked>().notNull(),
  /** Null until it was gathered. */
  found: text({ mode: 'json' }).$type<ContextFound>(),
});
