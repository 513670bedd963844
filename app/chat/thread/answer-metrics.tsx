'use client';

import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Popover } from '#app/_ui/popover.tsx';
import type { Message } from '#server/features/chat/contract.ts';
import { AnswerDetails, costs, origins } from './answer-details.tsx';

/** Figures of a finished answer, the number stronger than its unit; the rest of them on hover, all on a press. */
export function AnswerMetrics({ message }: { message: Message }) {
  const { timings, usage, finish_reason } = message;
  const parts = [
    timings && timings.tokens_per_second > 0 ? [timings.tokens_per_second.toFixed(1), 'tok/s'] : null,
    usage ? [formatCount(usage.completion_tokens), 'tokens'] : null,
    timings && timings.first_token > 0 ? [formatSeconds(timings.first_token), 'to first'] : null,
    usage && usage.cached_tokens > 0
      ? [`${Math.round((usage.cached_tokens / usage.prompt_tokens) * 100)} %`, 'of prompt reused']
      : null,
    finish_reason && finish_reason !== 'error' ? ['', REASONS[finish_reason]] : null,
  ].filter((part) => part !== null);
  if (timings === null && usage === null) return null;
  return (
    <p className="flex min-w-0 text-tiny">
      <Popover
        title="How this answer was made"
        align="start"
        side="top"
        className="w-[min(400px,calc(100vw-16px))] p-3"
        trigger={
          <button
            type="button"
            data-tip={tip(message)}
            className="figures min-w-0 truncate rounded-key text-ink-3 transition-colors hover:text-ink-2"
          >
            {parts.map(([figure, unit], index) => (
              <span key={unit}>
                {index > 0 ? ' · ' : ''}
                {figure ? <b className="font-medium text-ink-2">{figure} </b> : null}
                {unit}
              </span>
            ))}
          </button>
        }
      >
        <AnswerDetails message={message} />
      </Popover>
    </p>
  );
}

const REASONS = {
  stop: 'end',
  length: 'token limit',
  tool_calls: 'tool call',
  cancelled: 'stopped',
} as const;

/** What the line leaves out, a row each; the popover says it all. */
function tip(message: Message): string {
  const rows = [...costs(message), ...origins({ ...message, record: null })];
  return [...rows.map(([name, value]) => `${name}: ${value}`), 'Press for more, and to replay it.'].join(
    '\n',
  );
}
