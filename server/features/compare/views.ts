import type { JobStatus } from '#server/kernel/jobs.ts';
import type { Answer, Comparison, Contestant, Turn, Vote } from './shapes.ts';
import { type ComparisonCounts, type ComparisonRow, type ContestantRow, UNFINISHED } from './store.ts';
import type { AnswerRow, TurnRow, VoteRow, WholeTurn } from './turn-store.ts';

/** Pairs of answers, by letter. */
export type AnswerPair = [AnswerRow, AnswerRow];

/** Whether letters are all that may be known of this turn. */
export function isHidden(
  comparison: Pick<ComparisonRow, 'blind'>,
  turn: Pick<TurnRow, 'revealedAt'>,
): boolean {
  return comparison.blind && turn.revealedAt === null;
}

/**
 * Pairs that can be judged: both complete and neither empty nor the same as the other. The same words twice are
 * nothing to choose from, and a tie would claim that somebody judged them.
 */
export function validPairs(answers: readonly AnswerRow[]): AnswerPair[] {
  return answers.flatMap((one, at) =>
    answers
      .slice(at + 1)
      .filter((other) => one.digest !== null && other.digest !== null && one.digest !== other.digest)
      .map((other): AnswerPair => [one, other]),
  );
}

export function openPairs({ answers, votes }: Pick<WholeTurn, 'answers' | 'votes'>): AnswerPair[] {
  const voted = new Set(votes.map((vote) => vote.pair));
  return validPairs(answers).filter(([one, other]) => !voted.has(pairKey(one.id, other.id)));
}

export function pairKey(one: string, other: string): string {
  return one < other ? `${one}.${other}` : `${other}.${one}`;
}

/** Nothing of this turn is left to write or to judge. */
export function isSettled(whole: WholeTurn): boolean {
  return (
    whole.answers.every((answer) => !UNFINISHED.includes(answer.status)) && openPairs(whole).length === 0
  );
}

export function toTurn(whole: WholeTurn, comparison: ComparisonRow): Turn {
  const { turn, answers } = whole;
  const hidden = isHidden(comparison, turn) && !isSettled(whole);
  return {
    id: turn.id,
    comparison_id: turn.comparisonId,
    index: turn.index,
    prompt: turn.prompt,
    tags: turn.tags,
    checks: turn.checks,
    answers: answers.map((answer) => toAnswer(answer, hidden)),
    open_pairs: openPairs(whole).map(([one, other]) => [one.id, other.id]),
    revealed: !hidden,
  };
}

/** An answer as callers see it; `hidden` leaves out whatever tells whose it is, until the vote. */
export function toAnswer(row: AnswerRow, hidden: boolean): Answer {
  const shown = {
    id: row.id,
    turn_id: row.turnId,
    letter: row.letter,
    text: row.text,
    reasoning: row.reasoning,
    status: row.status,
    finish_reason: row.finishReason,
    checks: row.checks ?? [],
    seq: row.seq,
  };
  if (hidden) return { ...shown, ...NOTHING, error: row.error && hiddenError(row.error) };
  const { contestantId, usage, timings, memoryBytes, alone, error } = row;
  return { ...shown, contestant_id: contestantId, usage, timings, memory_bytes: memoryBytes, alone, error };
}

const NOTHING = { contestant_id: null, usage: null, timings: null, memory_bytes: null, alone: null };

/** Messages name models; what kind of failure it is may be told. */
function hiddenError({ code }: { code: string }): { code: string; message: string } {
  const reasons: Partial<Record<string, string>> = {
    insufficient_memory: 'There was not enough memory for this contestant.',
    context_overflow: 'The prompt does not fit the context window of this contestant.',
    not_found: 'The model of this contestant is not on this machine any more.',
  };
  const reason = reasons[code] ?? 'This contestant could not answer.';
  return { code, message: `${reason} Reveal the names to see the whole reason.` };
}

export function toVote(row: VoteRow): Vote {
  return {
    id: row.id,
    comparison_id: row.comparisonId,
    turn_id: row.turnId,
    first_answer_id: row.firstAnswerId,
    second_answer_id: row.secondAnswerId,
    outcome: row.outcome,
    reason: row.reason,
    tags: row.tags,
    ratings: row.ratings,
    blind: row.blind,
    took_ms: row.tookMs,
    created_at: row.createdAt,
  };
}

export function toContestant(row: ContestantRow, available: ReadonlySet<string>): Contestant {
  const { id, modelId, modelName, adapter, systemPrompt, parameters, label } = row;
  return {
    ...{ id, model_id: modelId, model_name: modelName, adapter, system_prompt: systemPrompt },
    ...{ parameters, label, available: available.has(modelId) },
  };
}

interface ComparisonParts {
  row: ComparisonRow;
  contestants: Contestant[];
  counts: ComparisonCounts;
  /** Of its run; undefined for one that is live. */
  job: JobStatus | undefined;
}

export function toComparison({ row, contestants, counts, job }: ComparisonParts): Comparison {
  return {
    id: row.id,
    title: row.title,
    kind: row.kind,
    blind: row.blind,
    fair_timing: row.fairTiming,
    contestants,
    turns: counts.turns,
    answered: counts.answered,
    votes: counts.votes,
    status: row.kind === 'run' ? runStatus(job) : counts.unfinished > 0 ? 'running' : 'idle',
    job_id: row.jobId,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

function runStatus(job: JobStatus | undefined): Comparison['status'] {
  if (job === 'queued' || job === 'running') return 'running';
  if (job === 'cancelled' || job === 'paused') return 'paused';
  return job === 'failed' ? 'failed' : 'idle';
}
