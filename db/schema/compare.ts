import { sql } from 'drizzle-orm';
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type {
  Answer,
  Check,
  CheckResult,
  ContestantParameters,
  Ensemble,
  Vote,
} from '#server/features/compare/contract.ts';

// Times are milliseconds since 1970; ids are ULIDs. JSON columns hold what server/features/compare/contract.ts describes.

/** Who answers. `key` is the same for two that agree in model, adapter, parameters and system prompt. */
export const contestants = sqliteTable('compare_contestants', {
  id: text().primaryKey(),
  key: text().notNull().unique(),
  modelId: text().notNull(),
  modelName: text().notNull(),
  adapter: text(),
  systemPrompt: text().notNull(),
  parameters: text({ mode: 'json' }).$type<ContestantParameters>().notNull(),
  label: text().notNull().default(''),
  createdAt: integer().notNull(),
});

export const comparisons = sqliteTable(
  'comparisons',
  {
    id: text().primaryKey(),
    title: text().notNull(),
    kind: text({ enum: ['live', 'run'] }).notNull(),
    blind: integer({ mode: 'boolean' }).notNull(),
    fairTiming: integer({ mode: 'boolean' }).notNull(),
    /** Decides which letter a contestant has in each turn. */
    shuffleSeed: text().notNull(),
    /** What was said before the first turn, the same for all contestants. */
    history: text({ mode: 'json' }).$type<{ role: 'user' | 'assistant'; text: string }[]>().notNull(),
    setId: text(),
    jobId: text(),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    deletedAt: integer(),
  },
  (table) => [
    index('comparisons_by_update').on(table.deletedAt, table.updatedAt, table.id),
    index('comparisons_by_job').on(table.jobId),
  ],
);

export const comparisonContestants = sqliteTable(
  'comparison_contestants',
  {
    comparisonId: text()
      .notNull()
      .references(() => comparisons.id, { onDelete: 'cascade' }),
    contestantId: text()
      .notNull()
      .references(() => contestants.id),
    position: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.comparisonId, table.contestantId] })],
);

/** One prompt to all contestants of a comparison. */
export const compareTurns = sqliteTable(
  'compare_turns',
  {
    id: text().primaryKey(),
    comparisonId: text()
      .notNull()
      .references(() => comparisons.id, { onDelete: 'cascade' }),
    index: integer().notNull(),
    prompt: text().notNull(),
    /** Comes after the contestant's own. */
    systemPrompt: text().notNull().default(''),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    checks: text({ mode: 'json' }).$type<Check[]>().notNull(),
    /** Of the request that asked it; a repeat finds it. */
    requestId: text().unique(),
    revealedAt: integer(),
    createdAt: integer().notNull(),
  },
  (table) => [uniqueIndex('compare_turns_by_index').on(table.comparisonId, table.index)],
);

export const compareAnswers = sqliteTable(
  'compare_answers',
  {
    id: text().primaryKey(),
    comparisonId: text()
      .notNull()
      .references(() => comparisons.id, { onDelete: 'cascade' }),
    turnId: text()
      .notNull()
      .references(() => compareTurns.id, { onDelete: 'cascade' }),
    /** Of its turn; a run goes through its prompts by it. */
    turnIndex: integer().notNull(),
    contestantId: text()
      .notNull()
      .references(() => contestants.id),
    letter: text().notNull(),
    text: text().notNull().default(''),
    reasoning: text().notNull().default(''),
    /** Little-endian uint32 array: the completion as the engine decoded it. */
    tokenIds: blob({ mode: 'buffer' }),
    status: text({
      enum: ['waiting', 'running', 'complete', 'failed', 'cancelled', 'interrupted'],
    }).notNull(),
    finishReason: text({ enum: ['stop', 'length', 'tool_calls', 'cancelled', 'error'] }),
    error: text({ mode: 'json' }).$type<NonNullable<Answer['error']>>(),
    usage: text({ mode: 'json' }).$type<NonNullable<Answer['usage']>>(),
    timings: text({ mode: 'json' }).$type<NonNullable<Answer['timings']>>(),
    memoryBytes: integer(),
    alone: integer({ mode: 'boolean' }),
    /** Null until they were evaluated. */
    checks: text({ mode: 'json' }).$type<CheckResult[]>(),
    /** Of a complete text that says something: equal for equal texts. Only answers that have it can be voted on. */
    digest: text(),
    seed: integer(),
    modelHash: text(),
    /** Last journaled delta. */
    seq: integer().notNull().default(0),
    /** How often an engine or daemon died under this answer. */
    interruptions: integer().notNull().default(0),
    updatedAt: integer().notNull(),
  },
  (table) => [
    uniqueIndex('compare_answers_by_turn').on(table.turnId, table.contestantId),
    index('compare_answers_by_status').on(
      table.comparisonId,
      table.status,
      table.contestantId,
      table.turnIndex,
    ),
    index('compare_answers_to_judge').on(table.comparisonId, table.turnIndex, table.digest),
    index('compare_answers_unfinished')
      .on(table.status)
      .where(sql`${table.status} in ('waiting', 'running', 'interrupted')`),
  ],
);

/** The journal of running answers, one row a flush, folded into the answer when it ends. */
export const compareAnswerPieces = sqliteTable(
  'compare_answer_pieces',
  {
    answerId: text()
      .notNull()
      .references(() => compareAnswers.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
    text: text().notNull(),
    reasoning: text().notNull(),
    tokenIds: blob({ mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.answerId, table.seq] })],
);

export const compareVotes = sqliteTable(
  'compare_votes',
  {
    id: text().primaryKey(),
    requestId: text().notNull().unique(),
    comparisonId: text()
      .notNull()
      .references(() => comparisons.id, { onDelete: 'cascade' }),
    turnId: text()
      .notNull()
      .references(() => compareTurns.id, { onDelete: 'cascade' }),
    firstAnswerId: text()
      .notNull()
      .references(() => compareAnswers.id, { onDelete: 'cascade' }),
    secondAnswerId: text()
      .notNull()
      .references(() => compareAnswers.id, { onDelete: 'cascade' }),
    /** Both answer ids, the smaller first: a pair has one vote that stands, whichever side was shown where. */
    pair: text().notNull(),
    outcome: text({ enum: ['first', 'second', 'tie', 'both_bad'] }).notNull(),
    reason: text().notNull().default(''),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    ratings: text({ mode: 'json' }).$type<Vote['ratings']>().notNull(),
    blind: integer({ mode: 'boolean' }).notNull(),
    tookMs: integer().notNull(),
    createdAt: integer().notNull(),
    undoneAt: integer(),
  },
  (table) => [
    uniqueIndex('compare_votes_that_stand').on(table.pair).where(sql`${table.undoneAt} is null`),
    index('compare_votes_by_comparison').on(table.comparisonId, table.turnId),
  ],
);

/** Prompts a person keeps for runs; the built-in sets are files. */
export const promptSets = sqliteTable('compare_prompt_sets', {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: integer().notNull(),
});

export const setPrompts = sqliteTable(
  'compare_set_prompts',
  {
    setId: text()
      .notNull()
      .references(() => promptSets.id, { onDelete: 'cascade' }),
    index: integer().notNull(),
    prompt: text().notNull(),
    systemPrompt: text().notNull(),
    tags: text({ mode: 'json' }).$type<string[]>().notNull(),
    checks: text({ mode: 'json' }).$type<Check[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.setId, table.index] })],
);

/** The answers of a turn made one by a model; the last attempt. */
export const compareMerges = sqliteTable('compare_merges', {
  turnId: text()
    .primaryKey()
    .references(() => compareTurns.id, { onDelete: 'cascade' }),
  text: text().notNull(),
  status: text({ enum: ['running', 'complete', 'failed', 'cancelled'] }).notNull(),
  modelId: text().notNull(),
  error: text({ mode: 'json' }).$type<NonNullable<NonNullable<Ensemble['merged']>['error']>>(),
  updatedAt: integer().notNull(),
});
