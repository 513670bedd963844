import { createRoute, z } from '@hono/zod-openapi';
import { jsonBody, okBytes, okJson } from '#server/kernel/contract.ts';
import {
  Answer,
  Arena,
  Ballot,
  Check,
  Comparison,
  ContestantInput,
  ContestantSummary,
  Ensemble,
  Id,
  Outcome,
  PromptSet,
  RowProblem,
  SetPrompt,
  Tag,
  Text,
  Turn,
  Vote,
} from './shapes.ts';

export type { CompareApi } from './compare.ts';
export type { Ranking } from './statistics/ranking.ts';
export type {
  Answer,
  Arena,
  Ballot,
  Check,
  CheckResult,
  Comparison,
  Contestant,
  ContestantInput,
  ContestantParameters,
  ContestantSummary,
  Ensemble,
  Outcome,
  PromptSet,
  RowProblem,
  SetPrompt,
  Turn,
  Vote,
} from './shapes.ts';

const IdParams = z.object({ id: Id });

const Tags = ['compare'];
const Contestants = z.array(ContestantInput).min(1).max(6);

export const compareRoutes = {
  list: createRoute({
    method: 'get',
    path: '/compare/comparisons',
    tags: Tags,
    request: {
      query: z.object({
        cursor: z.string().max(200).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(60),
      }),
    },
    responses: okJson(z.object({ items: z.array(Comparison), next_cursor: z.string().nullable() })),
  }),
  /**
   * With `prompt` the first turn begins at once. `conversation_id`: what was said before the last user message of its
   * path becomes the history of all contestants, that message the prompt unless there is one, and its system prompt
   * that of contestants without their own.
   */
  create: createRoute({
    method: 'post',
    path: '/compare/comparisons',
    tags: Tags,
    request: jsonBody(
      z.object({
        contestants: z.array(ContestantInput).min(2).max(6),
        prompt: Text.min(1).optional(),
        conversation_id: Id.optional(),
        /** A message of that conversation: the path down to it instead of the active one. */
        message_id: Id.optional(),
        tags: z.array(Tag).max(20).default([]),
        checks: z.array(Check).max(20).default([]),
        blind: z.boolean().default(true),
        fair_timing: z.boolean().default(true),
        title: z.string().trim().max(200).default(''),
      }),
    ),
    responses: okJson(Comparison),
  }),
  open: createRoute({
    method: 'get',
    path: '/compare/comparisons/{id}',
    tags: Tags,
    request: {
      params: IdParams,
      query: z.object({
        after: z.coerce.number().int().min(-1).default(-1),
        limit: z.coerce.number().int().min(1).max(100).default(20),
      }),
    },
    responses: okJson(z.object({ comparison: Comparison, turns: z.array(Turn), votes: z.array(Vote) })),
  }),
  update: createRoute({
    method: 'patch',
    path: '/compare/comparisons/{id}',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(z.object({ title: z.string().trim().min(1).max(200), fair_timing: z.boolean() }).partial()),
    },
    responses: okJson(Comparison),
  }),
  remove: createRoute({
    method: 'post',
    path: '/compare/comparisons/delete',
    tags: Tags,
    request: jsonBody(z.object({ ids: z.array(Id).min(1).max(1_000) })),
    responses: okJson(z.object({ deleted: z.number() })),
  }),
  restore: createRoute({
    method: 'post',
    path: '/compare/comparisons/restore',
    tags: Tags,
    request: jsonBody(z.object({ ids: z.array(Id).min(1).max(1_000) })),
    responses: okJson(z.object({ restored: z.number() })),
  }),
  /** A follow-up to all contestants, each on its own history. */
  ask: createRoute({
    method: 'post',
    path: '/compare/comparisons/{id}/turns',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z.object({
          prompt: Text.min(1),
          request_id: Id,
          tags: z.array(Tag).max(20).default([]),
          checks: z.array(Check).max(20).default([]),
        }),
      ),
    },
    responses: okJson(Turn),
  }),
  stop: createRoute({
    method: 'post',
    path: '/compare/comparisons/{id}/stop',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ stopped: z.number() })),
  }),
  /** Shows who is who without a vote; later votes on this turn do not count as blind. */
  reveal: createRoute({
    method: 'post',
    path: '/compare/turns/{id}/reveal',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Turn),
  }),
  /** Runs an answer that failed or was stopped again. */
  retry: createRoute({
    method: 'post',
    path: '/compare/answers/{id}/retry',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Answer),
  }),
  live: createRoute({
    method: 'get',
    path: '/compare/answers/{id}/live',
    tags: Tags,
    request: { params: IdParams, query: z.object({ after: z.coerce.number().int().min(0).default(0) }) },
    responses: okJson(z.object({ answer: Answer, seq: z.number(), text: z.string(), reasoning: z.string() })),
  }),
  /** Words that only one of two answers has. */
  difference: createRoute({
    method: 'get',
    path: '/compare/difference',
    tags: Tags,
    request: { query: z.object({ first: Id, second: Id }) },
    responses: okJson(
      z.object({
        parts: z.array(z.object({ side: z.enum(['both', 'first', 'second']), text: z.string() })),
        similarity: z.number(),
      }),
    ),
  }),
  /** The same pair voted on from another tab answers `conflict` with the vote that stands; `request_id` makes a repeat harmless. */
  vote: createRoute({
    method: 'post',
    path: '/compare/votes',
    tags: Tags,
    request: jsonBody(
      z.object({
        request_id: Id,
        first_answer_id: Id,
        second_answer_id: Id,
        outcome: Outcome,
        reason: z.string().max(10_000).default(''),
        tags: z.array(Tag).max(20).default([]),
        ratings: Vote.shape.ratings.default({}),
        took_ms: z.int().min(0).max(86_400_000),
      }),
    ),
    responses: okJson(z.object({ vote: Vote, turn: Turn })),
  }),
  /** Adds a reason, tags or ratings to a vote. */
  amendVote: createRoute({
    method: 'patch',
    path: '/compare/votes/{id}',
    tags: Tags,
    request: {
      params: IdParams,
      ...jsonBody(
        z
          .object({ reason: z.string().max(10_000), tags: z.array(Tag).max(20), ratings: Vote.shape.ratings })
          .partial(),
      ),
    },
    responses: okJson(Vote),
  }),
  undoVote: createRoute({
    method: 'post',
    path: '/compare/votes/{id}/undo',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ turn: Turn })),
  }),
  /** The next pair of a comparison, chosen for information; null when all are judged. */
  ballot: createRoute({
    method: 'get',
    path: '/compare/comparisons/{id}/ballot',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ ballot: Ballot.nullable() })),
  }),
  /** Over every vote of this machine, or of one comparison, of one tag. */
  arena: createRoute({
    method: 'get',
    path: '/compare/arena',
    tags: Tags,
    request: { query: z.object({ comparison_id: Id.optional(), tag: Tag.optional() }) },
    responses: okJson(Arena),
  }),
  summary: createRoute({
    method: 'get',
    path: '/compare/comparisons/{id}/summary',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ contestants: z.array(ContestantSummary) })),
  }),
  sets: createRoute({
    method: 'get',
    path: '/compare/sets',
    tags: Tags,
    request: {},
    responses: okJson(z.object({ sets: z.array(PromptSet) })),
  }),
  /** Text: one prompt a paragraph, CSV with a header (`prompt`, optional `system_prompt`, `tags`, `contains`, `regex`, `json_schema`, `exact`), or JSONL of SetPrompt. Good rows are kept, bad ones named. */
  createSet: createRoute({
    method: 'post',
    path: '/compare/sets',
    tags: Tags,
    request: jsonBody(
      z.object({
        name: z.string().trim().min(1).max(120),
        format: z.enum(['text', 'csv', 'jsonl']),
        body: z.string().min(1).max(64_000_000),
      }),
    ),
    responses: okJson(z.object({ set: PromptSet, problems: z.array(RowProblem), problem_count: z.number() })),
  }),
  /** The first user messages of these conversations. */
  setFromConversations: createRoute({
    method: 'post',
    path: '/compare/sets/from-conversations',
    tags: Tags,
    request: jsonBody(
      z.object({ name: z.string().trim().min(1).max(120), conversation_ids: z.array(Id).min(1).max(10_000) }),
    ),
    responses: okJson(z.object({ set: PromptSet })),
  }),
  openSet: createRoute({
    method: 'get',
    path: '/compare/sets/{id}',
    tags: Tags,
    request: {
      params: z.object({ id: z.string().max(60) }),
      query: z.object({
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(500).default(100),
      }),
    },
    responses: okJson(z.object({ set: PromptSet, prompts: z.array(SetPrompt) })),
  }),
  removeSet: createRoute({
    method: 'delete',
    path: '/compare/sets/{id}',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ deleted: z.boolean() })),
  }),
  /** A durable job: every prompt of a set to every contestant, model by model. Pause is the job's cancel, go on its resume. */
  run: createRoute({
    method: 'post',
    path: '/compare/runs',
    tags: Tags,
    request: jsonBody(
      z.object({
        set_id: z.string().max(60),
        contestants: Contestants,
        title: z.string().trim().max(200).default(''),
        blind: z.boolean().default(true),
        fair_timing: z.boolean().default(true),
      }),
    ),
    responses: okJson(Comparison),
  }),
  pause: createRoute({
    method: 'post',
    path: '/compare/comparisons/{id}/pause',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Comparison),
  }),
  resume: createRoute({
    method: 'post',
    path: '/compare/comparisons/{id}/resume',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Comparison),
  }),
  /** A conversation that holds this contestant's side of the comparison. */
  adopt: createRoute({
    method: 'post',
    path: '/compare/answers/{id}/adopt',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(z.object({ conversation_id: Id })),
  }),
  ensemble: createRoute({
    method: 'get',
    path: '/compare/turns/{id}/ensemble',
    tags: Tags,
    request: { params: IdParams },
    responses: okJson(Ensemble),
  }),
  /** One model writes one answer out of all; progress comes as `compare.ensemble` events. */
  merge: createRoute({
    method: 'post',
    path: '/compare/turns/{id}/merge',
    tags: Tags,
    request: { params: IdParams, ...jsonBody(z.object({ model_id: z.string().min(1).max(200) })) },
    responses: okJson(Ensemble),
  }),
  /** `preferences`: JSONL of {prompt, chosen, rejected}. Without a comparison: the whole arena. */
  export: createRoute({
    method: 'get',
    path: '/compare/export',
    tags: Tags,
    request: {
      query: z.object({
        comparison_id: Id.optional(),
        format: z.enum(['markdown', 'csv', 'json', 'preferences']),
      }),
    },
    responses: okBytes('text/plain'),
  }),
  /** What `export` wrote as JSON; what is here already stays as it is. */
  import: createRoute({
    method: 'post',
    path: '/compare/import',
    tags: Tags,
    request: jsonBody(z.object({ body: z.string().min(2).max(256_000_000) })),
    responses: okJson(
      z.object({ comparisons: z.number(), votes: z.number(), problems: z.array(RowProblem) }),
    ),
  }),
};

/** Sent to who watches `comparison:<id>`, but for `compare.changed`. */
export interface CompareEvents {
  'compare.delta': (event: { answer_id: string; seq: number; text: string; reasoning: string }) => void;
  'compare.state': (event: { answer_id: string; state: unknown }) => void;
  'compare.answer': (answer: Answer) => void;
  'compare.turn': (turn: Turn) => void;
  'compare.ensemble': (event: { turn_id: string; ensemble: Ensemble }) => void;
  /** Lists and rankings that show it may be stale. */
  'compare.changed': (event: { comparison_id: string | null }) => void;
}
