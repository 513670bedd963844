import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okJson } from '#server/kernel/contract.ts';
import { IndexState } from '../indexing/contract.ts';

export type { ConversationsApi } from './conversations.ts';

const Tags = ['retrieval'];
const Id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be a 26-character id');

/** How messages were compared: by their words alone, or by vectors too. */
export const FoundBy = z.enum(['words', 'words + vectors', 'vectors']);
export type FoundBy = z.infer<typeof FoundBy>;

/** A message that was found. `highlights`: columns of the snippet from 0, end exclusive, in UTF-16 units. */
export const FoundMessage = z
  .object({
    conversation_id: z.string(),
    message_id: z.string(),
    title: z.string(),
    role: z.enum(['user', 'assistant']),
    created_at: z.number(),
    snippet: z.object({
      text: z.string(),
      highlights: z.array(z.object({ from: z.int(), to: z.int() })),
    }),
    /** 0 to 1 within this search. */
    score: z.number(),
    why: z.enum(['title', 'words', 'meaning', 'words and meaning']),
  })
  .openapi('FoundMessage');
export type FoundMessage = z.infer<typeof FoundMessage>;

export const MessageAnswer = z
  .object({
    results: z.array(FoundMessage),
    method: FoundBy,
    truncated: z.boolean(),
    /** A sentence, e.g. that only the newest of very many were looked at. */
    note: z.string().nullable(),
    /** Milliseconds in the daemon. */
    took: z.number(),
  })
  .openapi('MessageAnswer');
export type MessageAnswer = z.infer<typeof MessageAnswer>;

const ConversationEntry = z.object({ id: z.string(), title: z.string(), updated_at: z.number() });

export const ConversationMap = z
  .object({
    /** `none`: nothing was drawn yet; `running`: a map is being drawn, the points are those of the one before. */
    status: z.enum(['none', 'running', 'ready', 'failed']),
    /** `words`: placed by the words they use, because they have no vectors. */
    method: FoundBy,
    /** 0 to 1 on both axes. */
    points: z.array(ConversationEntry.extend({ x: z.number(), y: z.number(), cluster: z.int() })),
    clusters: z.array(z.object({ id: z.int(), name: z.string(), size: z.int() })),
    /** Conversations that were left out because there are too many, oldest first. */
    left_out: z.int(),
    made_at: z.number().nullable(),
    /** Conversations changed since. */
    stale: z.boolean(),
    error: z.string().nullable(),
  })
  .openapi('ConversationMap');
export type ConversationMap = z.infer<typeof ConversationMap>;

export const conversationsRoutes = {
  /** Every message of every conversation, best first. */
  search: createRoute({
    method: 'post',
    path: '/retrieval/messages/search',
    tags: Tags,
    request: jsonBody(
      z.strictObject({
        query: z.string().max(2_000),
        role: z.enum(['user', 'assistant']).optional(),
        limit: z.int().min(1).max(100).default(30),
      }),
    ),
    responses: okJson(MessageAnswer),
  }),
  /** Messages like this one. */
  similar: createRoute({
    method: 'get',
    path: '/retrieval/messages/{id}/similar',
    tags: Tags,
    request: {
      params: z.object({ id: Id }),
      query: z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) }),
    },
    responses: okJson(MessageAnswer),
  }),
  /** How far the vectors of messages are. */
  vectors: createRoute({
    method: 'get',
    path: '/retrieval/messages/vectors',
    tags: Tags,
    responses: okJson(IndexState.shape.vectors),
  }),
  map: createRoute({
    method: 'get',
    path: '/retrieval/conversations/map',
    tags: Tags,
    responses: okJson(ConversationMap),
  }),
  /** Draws the map again; answers at once. */
  draw: createRoute({
    method: 'post',
    path: '/retrieval/conversations/map',
    tags: Tags,
    responses: okJson(ConversationMap),
  }),
  /** Conversations like this one, nearest first, on the map that was drawn last. */
  alike: createRoute({
    method: 'get',
    path: '/retrieval/conversations/{id}/similar',
    tags: Tags,
    request: { params: z.object({ id: Id }) },
    responses: okJson(
      z.object({
        conversations: z.array(ConversationEntry.extend({ similarity: z.number() })),
        method: FoundBy,
      }),
    ),
  }),
  /** Groups of conversations that say nearly the same, word by word, as of the last map. */
  duplicates: createRoute({
    method: 'get',
    path: '/retrieval/conversations/duplicates',
    tags: Tags,
    responses: okJson(
      z.object({
        groups: z.array(z.object({ similarity: z.number(), conversations: z.array(ConversationEntry) })),
      }),
    ),
  }),
};

/** Topic `conversation-map`. */
export interface ConversationsEvents {
  'retrieval.map': (change: { status: ConversationMap['status'] }) => void;
}
