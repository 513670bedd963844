import { z } from '@hono/zod-openapi';
import { FinishReason } from '#server/worker/protocol.ts';
import { Answer, Check, CheckResult, ContestantParameters, Id, Outcome, Tag, Text, Vote } from '../shapes.ts';
import type { AnswerRow, VoteRow, WholeTurn } from '../turn-store.ts';
import type { ComparisonSource } from './source.ts';

export const FORMAT = 'mlx-code-comparisons';

const Time = z.int().min(0).max(8_640_000_000_000_000);

const ContestantRecord = z.object({
  id: Id,
  model_id: z.string().max(200),
  model_name: z.string().max(400),
  adapter: z.string().max(1_000).nullable(),
  system_prompt: Text,
  parameters: ContestantParameters,
  label: z.string().max(80),
});

const AnswerRecord = z.object({
  id: Id,
  contestant_id: Id,
  letter: z.string().regex(/^[A-Z]$/),
  text: Text,
  reasoning: Text,
  status: Answer.shape.status,
  finish_reason: FinishReason.nullable(),
  error: Answer.shape.error,
  usage: Answer.shape.usage,
  timings: Answer.shape.timings,
  memory_bytes: z.number().nullable(),
  alone: z.boolean().nullable(),
  checks: z.array(CheckResult).nullable(),
  seed: z.int().nullable(),
  model_hash: z.string().max(200).nullable(),
});

const VoteRecord = Vote.omit({ comparison_id: true, turn_id: true }).extend({
  id: Id,
  reason: z.string().max(10_000),
  tags: z.array(Tag).max(20),
  outcome: Outcome,
  created_at: Time,
});

const TurnRecord = z.object({
  id: Id,
  index: z.int().min(0).max(10_000_000),
  prompt: Text,
  system_prompt: Text,
  tags: z.array(Tag).max(20),
  checks: z.array(Check).max(20),
  revealed_at: Time.nullable(),
  created_at: Time,
  answers: z.array(AnswerRecord).max(6),
  votes: z.array(VoteRecord).max(15),
});

const ComparisonHead = z.object({
  id: Id,
  title: z.string().max(400),
  kind: z.enum(['live', 'run']),
  blind: z.boolean(),
  fair_timing: z.boolean(),
  shuffle_seed: z.string().max(100),
  history: z.array(z.object({ role: z.enum(['user', 'assistant']), text: Text })).max(10_000),
  created_at: Time,
  updated_at: Time,
  contestants: z.array(ContestantRecord).min(1).max(6),
});

/** A comparison as JSON holds it: all that is needed to have it elsewhere. */
export const ComparisonRecord = ComparisonHead.extend({ turns: z.array(TurnRecord) });
export type ComparisonRecord = z.infer<typeof ComparisonRecord>;

/** The whole document; each comparison is judged by itself, so that one bad one does not cost the others. */
export const ComparisonDocument = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  comparisons: z.array(z.unknown()),
});

/** Writes comparisons as one JSON document, piece by piece: they are read while they are sent. */
export function* writeDocument(sources: Iterable<ComparisonSource>): Generator<string> {
  yield `{"format":"${FORMAT}","version":1,"comparisons":[`;
  let separator = '\n';
  for (const source of sources) {
    yield separator;
    yield* writeComparison(source);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* writeComparison({ comparison, contestants, turns }: ComparisonSource): Generator<string> {
  const head: z.infer<typeof ComparisonHead> = {
    id: comparison.id,
    title: comparison.title,
    kind: comparison.kind,
    blind: comparison.blind,
    fair_timing: comparison.fairTiming,
    shuffle_seed: comparison.shuffleSeed,
    history: comparison.history,
    created_at: comparison.createdAt,
    updated_at: comparison.updatedAt,
    contestants: contestants.map(({ id, modelId, modelName, adapter, systemPrompt, parameters, label }) => ({
      ...{
        id,
        model_id: modelId,
        model_name: modelName,
        adapter,
        system_prompt: systemPrompt,
        parameters,
        label,
      },
    })),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"turns":[`;
  let separator = '\n  ';
  for (const whole of turns()) {
    yield separator + JSON.stringify(recordOf(whole));
    separator = ',\n  ';
  }
  yield ']}';
}

function recordOf({ turn, answers, votes }: WholeTurn): z.infer<typeof TurnRecord> {
  const { id, index, prompt, systemPrompt, tags, checks, revealedAt, createdAt } = turn;
  return {
    ...{
      id,
      index,
      prompt,
      system_prompt: systemPrompt,
      tags,
      checks,
      revealed_at: revealedAt,
      created_at: createdAt,
    },
    answers: answers.map(answerRecord),
    votes: votes.map(voteRecord),
  };
}

function answerRecord(row: AnswerRow): z.infer<typeof AnswerRecord> {
  const { id, letter, text, reasoning, status, error, usage, timings, alone, checks, seed } = row;
  return {
    ...{
      id,
      contestant_id: row.contestantId,
      letter,
      text,
      reasoning,
      status,
      finish_reason: row.finishReason,
    },
    ...{
      error,
      usage,
      timings,
      memory_bytes: row.memoryBytes,
      alone,
      checks,
      seed,
      model_hash: row.modelHash,
    },
  };
}

function voteRecord(row: VoteRow): z.infer<typeof VoteRecord> {
  const { id, outcome, reason, tags, ratings, blind } = row;
  return {
    ...{
      id,
      first_answer_id: row.firstAnswerId,
      second_answer_id: row.secondAnswerId,
      outcome,
      reason,
      tags,
    },
    ...{ ratings, blind, took_ms: row.tookMs, created_at: row.createdAt },
  };
}
