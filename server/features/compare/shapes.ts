import { z } from '@hono/zod-openapi';
import { SAMPLING_PARAMETERS } from '#server/generation/sampling-parameters.ts';
import { FinishReason } from '#server/worker/protocol.ts';
import type { Ranking } from './statistics/ranking.ts';

export const Id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be a 26-character id');
export const Text = z.string().max(2_000_000);
export const Tag = z.string().trim().min(1).max(40);

/** Sampling parameters of a contestant; what is absent follows the model's own defaults. */
export const ContestantParameters = z.object(SAMPLING_PARAMETERS).partial().strict();

/** Who answers: a model with what is said to it and how it is sampled. Two that agree in all of it are one contestant. */
export const ContestantInput = z
  .object({
    model_id: z.string().min(1).max(200),
    adapter: z.string().max(1_000).nullable().default(null),
    system_prompt: Text.default(''),
    parameters: ContestantParameters.default({}),
    /** Shown instead of the model's name. */
    label: z.string().trim().max(80).default(''),
  })
  .strict();

export const Contestant = z.object({
  id: Id,
  model_id: z.string(),
  model_name: z.string(),
  adapter: z.string().nullable(),
  system_prompt: z.string(),
  parameters: ContestantParameters,
  label: z.string(),
  /** The model is still on this machine. */
  available: z.boolean(),
});

/** What an answer must satisfy, told without a judge. `json_schema` holds JSON text. */
export const Check = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('contains'),
    value: z.string().min(1).max(10_000),
    ignore_case: z.boolean().default(true),
  }),
  z.object({
    type: z.literal('regex'),
    value: z.string().min(1).max(2_000).refine(isPattern, 'is not a regular expression'),
  }),
  z.object({
    type: z.literal('json_schema'),
    value: z
      .string()
      .min(2)
      .max(200_000)
      .refine(isSchema, 'is not a JSON schema, which is an object in JSON'),
  }),
  z.object({ type: z.literal('exact'), value: z.string().max(100_000) }),
]);

export const CheckResult = z.object({ type: z.string(), passed: z.boolean(), detail: z.string() });

/** Seconds; bytes. `first_token` counts from when the model was there and free. */
export const Answer = z.object({
  id: Id,
  turn_id: Id,
  /** Null while the comparison is blind and this turn's vote is open: the letter is all there is to know. */
  contestant_id: Id.nullable(),
  /** A, B, C … as shown, shuffled per turn when blind. */
  letter: z.string(),
  text: z.string(),
  reasoning: z.string(),
  status: z.enum(['waiting', 'running', 'complete', 'failed', 'cancelled', 'interrupted']),
  finish_reason: FinishReason.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** All of these null while hidden. */
  usage: z
    .object({ prompt_tokens: z.number(), completion_tokens: z.number(), cached_tokens: z.number() })
    .nullable(),
  timings: z
    .object({
      first_token: z.number(),
      prefill: z.number(),
      decode: z.number(),
      tokens_per_second: z.number(),
      load: z.number(),
    })
    .nullable(),
  memory_bytes: z.number().nullable(),
  /** Nothing else ran beside it, so that its timings can be compared. */
  alone: z.boolean().nullable(),
  checks: z.array(CheckResult),
  seq: z.number(),
});

/** One prompt to all contestants. */
export const Turn = z.object({
  id: Id,
  comparison_id: Id,
  index: z.number(),
  prompt: z.string(),
  tags: z.array(z.string()),
  checks: z.array(Check),
  answers: z.array(Answer),
  /** Pairs of answer ids that may be voted on and have not been. */
  open_pairs: z.array(z.tuple([Id, Id])),
  revealed: z.boolean(),
});

export const Comparison = z.object({
  id: Id,
  title: z.string(),
  kind: z.enum(['live', 'run']),
  blind: z.boolean(),
  fair_timing: z.boolean(),
  contestants: z.array(Contestant),
  turns: z.number(),
  answered: z.number(),
  votes: z.number(),
  status: z.enum(['idle', 'running', 'paused', 'failed']),
  job_id: Id.nullable(),
  created_at: z.number(),
  updated_at: z.number(),
});

export const Outcome = z.enum(['first', 'second', 'tie', 'both_bad']);

/** `first` was shown on the left. Milliseconds for times; ratings are 1 to 5 by criterion, for each side. */
export const Vote = z.object({
  id: Id,
  comparison_id: Id,
  turn_id: Id,
  first_answer_id: Id,
  second_answer_id: Id,
  outcome: Outcome,
  reason: z.string(),
  tags: z.array(z.string()),
  ratings: z.record(z.string(), z.tuple([z.int().min(1).max(5), z.int().min(1).max(5)])),
  blind: z.boolean(),
  took_ms: z.number(),
  created_at: z.number(),
});

/** The pair to be judged now. Names are hidden: only letters and texts. */
export const Ballot = z.object({
  turn: Turn,
  first: Answer,
  second: Answer,
  done: z.number(),
  total: z.number(),
  seconds_left: z.number().nullable(),
});

export const SetPrompt = z.object({
  prompt: Text.min(1),
  system_prompt: Text.default(''),
  tags: z.array(Tag).max(20).default([]),
  checks: z.array(Check).max(20).default([]),
});

export const PromptSet = z.object({
  id: z.string(),
  name: z.string(),
  builtin: z.boolean(),
  prompts: z.number(),
  created_at: z.number(),
});

/** A row of a CSV or JSONL that was left out, and why. Rows count from 1, the header included. */
export const RowProblem = z.object({ row: z.number(), column: z.string().nullable(), message: z.string() });

export const Proportion = z.object({ passed: z.number(), of: z.number(), low: z.number(), high: z.number() });

/** Medians over the answers of a contestant; timings only of answers that were alone. */
export const ContestantSummary = z.object({
  contestant_id: Id,
  answers: z.number(),
  failed: z.number(),
  tokens_per_second: z.number().nullable(),
  first_token: z.number().nullable(),
  completion_tokens: z.number().nullable(),
  memory_bytes: z.number().nullable(),
  finish_reasons: z.record(z.string(), z.number()),
  checks: Proportion.nullable(),
});

export const Arena = z.object({
  /** Typed by `Ranking` of statistics/ranking.ts. */
  ranking: z.custom<Ranking>().openapi({ type: 'object' }),
  contestants: z.array(Contestant),
  tags: z.array(z.object({ tag: z.string(), votes: z.number() })),
  votes: z.number(),
});

/** Several answers made one. `disagreement`: 0 all say the same, 1 no two share a word. */
export const Ensemble = z.object({
  disagreement: z.number(),
  pairs: z.array(z.object({ first: Id, second: Id, disagreement: z.number() })),
  weights: z.array(z.object({ answer_id: Id, weight: z.number() })),
  merged: z
    .object({
      text: z.string(),
      status: z.enum(['running', 'complete', 'failed', 'cancelled']),
      model_id: z.string(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    })
    .nullable(),
});

export type ContestantParameters = z.infer<typeof ContestantParameters>;
export type ContestantInput = z.infer<typeof ContestantInput>;
export type Contestant = z.infer<typeof Contestant>;
export type Check = z.infer<typeof Check>;
export type CheckResult = z.infer<typeof CheckResult>;
export type Answer = z.infer<typeof Answer>;
export type Turn = z.infer<typeof Turn>;
export type Comparison = z.infer<typeof Comparison>;
export type Outcome = z.infer<typeof Outcome>;
export type Vote = z.infer<typeof Vote>;
export type Ballot = z.infer<typeof Ballot>;
export type SetPrompt = z.infer<typeof SetPrompt>;
export type PromptSet = z.infer<typeof PromptSet>;
export type RowProblem = z.infer<typeof RowProblem>;
export type Proportion = z.infer<typeof Proportion>;
export type ContestantSummary = z.infer<typeof ContestantSummary>;
export type Arena = z.infer<typeof Arena>;
export type Ensemble = z.infer<typeof Ensemble>;

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'm') instanceof RegExp;
  } catch {
    return false;
  }
}

function isSchema(text: string): boolean {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
