import type { Room } from './room.ts';
import type { ContestantSummary } from './shapes.ts';
import { proportion } from './statistics/proportion.ts';
import type { ComparisonRow } from './store.ts';
import type { FigureRow } from './turn-store.ts';
import { median } from './votes/ballot.ts';

/** Of so many prompts, medians tell nothing about who answered which one. */
const ENOUGH_PROMPTS = 10;

/**
 * What the answers of each contestant come to. Where names are hidden and there are few prompts, only turns that are
 * revealed count: one length would give away one column.
 */
export function summarise(room: Room, comparison: ComparisonRow): ContestantSummary[] {
  const onlyRevealed = comparison.blind && room.turns.count(comparison.id) < ENOUGH_PROMPTS;
  const rows = Map.groupBy(room.turns.figures(comparison.id, onlyRevealed), (row) => row.contestantId);
  const contestants = room.comparisons.contestantsOf([comparison.id]).get(comparison.id) ?? [];
  return contestants.map(({ id }) => ({ contestant_id: id, ...summaryOf(rows.get(id) ?? []) }));
}

function summaryOf(rows: readonly FigureRow[]): Omit<ContestantSummary, 'contestant_id'> {
  const alone = rows.filter((row) => row.alone === true);
  const reasons = Map.groupBy(rows, (row) => row.finishReason ?? 'unknown');
  const checks = rows.flatMap((row) => row.checks ?? []);
  return {
    answers: rows.filter((row) => row.status !== 'failed').length,
    failed: rows.filter((row) => row.status === 'failed').length,
    tokens_per_second: medianOf(alone.map((row) => row.timings?.tokens_per_second || undefined)),
    first_token: medianOf(alone.map((row) => row.timings?.first_token)),
    completion_tokens: medianOf(rows.map((row) => row.usage?.completion_tokens)),
    memory_bytes: medianOf(rows.map((row) => row.memoryBytes ?? undefined)),
    finish_reasons: Object.fromEntries(Array.from(reasons, ([reason, some]) => [reason, some.length])),
    checks: checks.length === 0 ? null : passRate(checks),
  };
}

function passRate(checks: readonly { passed: boolean }[]): ContestantSummary['checks'] {
  const passed = checks.filter((check) => check.passed).length;
  const { low, high } = proportion(passed, checks.length);
  return { passed, of: checks.length, low, high };
}

function medianOf(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : median(known);
}
