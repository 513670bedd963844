import type { AnswerRow, VoteRow } from '../turn-store.ts';
import { isHidden, isSettled } from '../views.ts';
import { type ComparisonSource, nameOf } from './source.ts';

const HEADER = [
  ...[
    'comparison',
    'turn',
    'prompt',
    'tags',
    'letter',
    'contestant',
    'model',
    'parameters',
    'system_prompt',
    'answer',
  ],
  ...[
    'status',
    'finish_reason',
    'error',
    'prompt_tokens',
    'completion_tokens',
    'cached_tokens',
    'tokens_per_second',
  ],
  ...[
    'first_token_seconds',
    'memory_bytes',
    'alone',
    'checks_passed',
    'checks',
    'wins',
    'ties',
    'losses',
    'both_bad',
  ],
];

/** RFC 4180, one row an answer, the header before the first comparison. */
export function* writeCsv(sources: Iterable<ComparisonSource>): Generator<string> {
  yield rowOf(HEADER);
  for (const { comparison, contestants, turns } of sources) {
    const byId = new Map(contestants.map((contestant) => [contestant.id, contestant]));
    for (const whole of turns()) {
      const hidden = isHidden(comparison, whole.turn) && !isSettled(whole);
      for (const answer of whole.answers) {
        const { turn, votes } = whole;
        const who = hidden ? undefined : byId.get(answer.contestantId);
        yield rowOf([
          ...[comparison.title, turn.index + 1, turn.prompt, turn.tags.join('; '), answer.letter],
          ...[
            who && nameOf(who),
            who?.modelId,
            who && JSON.stringify(who.parameters),
            who?.systemPrompt,
            answer.text,
          ],
          ...figuresOf(answer, hidden),
          ...tallyOf(answer, votes),
        ]);
      }
    }
  }
}

type Cell = string | number | boolean | null | undefined;

function figuresOf(
  { status, finishReason, error, usage, timings, memoryBytes, alone, checks }: AnswerRow,
  hidden: boolean,
): Cell[] {
  const passed = checks?.filter((check) => check.passed).length;
  const told = [status, finishReason, error?.code];
  const judged = [passed, checks?.length];
  if (hidden) return [...told, ...Array.from({ length: 7 }, () => null), ...judged];
  return [
    ...told,
    ...[usage?.prompt_tokens, usage?.completion_tokens, usage?.cached_tokens],
    ...[timings?.tokens_per_second, timings?.first_token, memoryBytes, alone],
    ...judged,
  ];
}

function tallyOf({ id }: AnswerRow, votes: readonly VoteRow[]): number[] {
  const tally = { wins: 0, ties: 0, losses: 0, bothBad: 0 };
  for (const { firstAnswerId, secondAnswerId, outcome } of votes) {
    if (firstAnswerId !== id && secondAnswerId !== id) continue;
    if (outcome === 'tie') tally.ties += 1;
    else if (outcome === 'both_bad') tally.bothBad += 1;
    else if ((outcome === 'first') === (firstAnswerId === id)) tally.wins += 1;
    else tally.losses += 1;
  }
  return [tally.wins, tally.ties, tally.losses, tally.bothBad];
}

function rowOf(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: Cell): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  // A spreadsheet runs what begins like a formula, and models write what they like.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
