import { z } from '@hono/zod-openapi';
import type { Activity } from '#server/generation/activity.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { JobKind, JobRun } from '#server/kernel/jobs.ts';
import type { Announcements } from '../announcements.ts';
import type { SetSource } from '../sets/source.ts';
import type { ComparisonRow, ComparisonStore } from '../store.ts';
import type { AnswerRow, TurnStore } from '../turn-store.ts';
import type { Floor } from './floor.ts';
import { groupByModel } from './groups.ts';
import type { Writer } from './writer.ts';

export const RUN = 'compare.run';

interface RunParts {
  floor: Floor;
  writer: Writer;
  comparisons: ComparisonStore;
  turns: TurnStore;
  sets: SetSource;
  activity: Activity;
  announcements: Announcements;
}

const RunInput = z.object({ comparison_id: z.string() });
type Run = JobRun<z.infer<typeof RunInput>>;

/** Prompts written in one transaction, so that nobody waits long for the database. */
const PROMPTS_AT_ONCE = 200;
/** Answers that are written together when their timings do not matter. */
const ROWS_TOGETHER = 8;
/** Answers looked up at once. */
const FETCHED_AT_ONCE = 64;
/** Failures of this kind are the model's: its other answers would fail alike. */
const HOPELESS = ['not_found', 'model_invalid', 'model_unsupported', 'insufficient_memory'];
/** An engine that failed so many answers in a row is not asked for the next. */
const FAILURES_IN_A_ROW = 3;

/** Every prompt of a set to every contestant, model by model. The answers' own rows are what it goes on from. */
export function runKind(parts: RunParts): JobKind<z.infer<typeof RunInput>> {
  return {
    kind: RUN,
    unit: 'answers',
    parse: (input) => RunInput.parse(input),
    run: async (job) => {
      const comparison = parts.comparisons.find(job.input.comparison_id);
      await askAll(parts, comparison, job.signal);
      await answerAll(parts, comparison, job);
      parts.announcements.changed(comparison.id);
      return progressOf(parts, comparison.id);
    },
  };
}

/** Gives the comparison the prompts of its set that it does not have yet. */
async function askAll(
  { comparisons, turns, sets }: RunParts,
  comparison: ComparisonRow,
  signal: AbortSignal,
) {
  const contestantIds = (comparisons.contestantsOf([comparison.id]).get(comparison.id) ?? []).map(
    ({ id }) => id,
  );
  const found = sets.find(comparison.setId ?? '');
  const asked = turns.count(comparison.id);
  if (!found && asked === 0) throw new AppError('not_found', 'The prompt set of this run was deleted.');
  if (!found) return;
  for (let from = asked; from < found.prompts; from += PROMPTS_AT_ONCE) {
    signal.throwIfAborted();
    const drafts = sets
      .prompts(found.id, from, PROMPTS_AT_ONCE)
      .map(({ prompt, system_prompt: systemPrompt, tags, checks }) => ({
        prompt,
        systemPrompt,
        tags,
        checks,
      }));
    turns.add(comparison, { drafts, contestantIds });
    await new Promise(setImmediate);
  }
}

async function answerAll(parts: RunParts, comparison: ComparisonRow, job: Run): Promise<void> {
  const contestants = parts.comparisons.contestantsOf([comparison.id]).get(comparison.id) ?? [];
  let { done, total } = progressOf(parts, comparison.id);
  const report = (more: number) => {
    done += more;
    job.progress(done, total);
  };
  report(0);
  for (const group of groupByModel(contestants, parts.activity)) {
    await answerWithModel(parts, {
      comparisonId: comparison.id,
      contestantIds: group.map(({ id }) => id),
      signal: job.signal,
      report,
    });
    ({ done, total } = progressOf(parts, comparison.id));
  }
}

interface ModelShare {
  comparisonId: string;
  contestantIds: string[];
  signal: AbortSignal;
  report(more: number): void;
}

/** All prompts to the contestants of one model, prompt by prompt, so that what they share is read once. */
async function answerWithModel(parts: RunParts, share: ModelShare): Promise<void> {
  const { comparisonId, contestantIds } = share;
  const state = { failures: 0 };
  for (;;) {
    const next = parts.turns.unfinished(comparisonId, { contestantIds, limit: FETCHED_AT_ONCE });
    if (next.length === 0) return;
    const ids = next.map(({ id }) => id);
    while (ids.length > 0) {
      const { fairTiming } = parts.comparisons.find(comparisonId);
      const error = await answerSome(parts, share, {
        ids: ids.splice(0, fairTiming ? 1 : ROWS_TOGETHER),
        fairTiming,
        state,
      });
      if (!error) continue;
      await parts.writer.giveUp(comparisonId, contestantIds, error);
      return;
    }
  }
}

/** Tells the failure after which the model is not worth asking again, if there was one. */
async function answerSome(
  { floor, writer }: RunParts,
  { signal, report }: ModelShare,
  { ids, fairTiming, state }: { ids: string[]; fairTiming: boolean; state: { failures: number } },
): Promise<AnswerRow['error'] | undefined> {
  const leave = await floor.take('run', signal);
  try {
    const options = { alone: fairTiming, priority: 'batch' as const, signal };
    const ended = await Promise.all(ids.map((id) => writer.write(id, options)));
    signal.throwIfAborted();
    report(ended.length);
    for (const answer of ended) {
      state.failures = isFailure(answer) ? state.failures + 1 : 0;
      const code = answer?.error?.code ?? '';
      if (HOPELESS.includes(code) || state.failures >= FAILURES_IN_A_ROW) return answer?.error;
    }
    return undefined;
  } finally {
    leave();
  }
}

function isFailure(answer: AnswerRow | undefined): boolean {
  return (
    answer?.status === 'failed' && ['engine_failed', 'engine_unavailable'].includes(answer.error?.code ?? '')
  );
}

function progressOf({ comparisons }: RunParts, id: string): { done: number; total: number } {
  const { answered = 0, unfinished = 0 } = comparisons.counts([id]).get(id) ?? {};
  return { done: answered, total: answered + unfinished };
}
