'use client';

import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Message } from '#server/features/chat/contract.ts';

/** Figures of a finished answer, the number stronger than its unit; the rest of them on hover and focus. */
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
    <Tooltip text={details(message)}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the tooltip opens on focus too */}
      <p tabIndex={0} className="figures min-w-0 truncate rounded-key text-tiny text-ink-3">
        {parts.map(([figure, unit], index) => (
          <span key={unit}>
            {index > 0 ? ' · ' : ''}
            {figure ? <b className="font-medium text-ink-2">{figure} </b> : null}
            {unit}
          </span>
        ))}
      </p>
    </Tooltip>
  );
}

const REASONS = {
  stop: 'end',
  length: 'token limit',
  tool_calls: 'tool call',
  cancelled: 'stopped',
} as const;

/** What the line leaves out, a row each. */
function details(message: Message): string {
  const { timings, usage, seed, parameters, model } = message;
  const rows: [string, string][] = [];
  if (usage) rows.push(['prompt', `${formatCount(usage.prompt_tokens)} tokens, ${reuse(usage)}`]);
  if (usage?.cache && usage.cache.seconds_saved > 0)
    rows.push(['time saved', formatSeconds(usage.cache.seconds_saved)]);
  if (timings) {
    rows.push(['waited', formatSeconds(timings.queue)], ['model load', formatSeconds(timings.load)]);
    rows.push(
      ['prompt read in', formatSeconds(timings.prefill)],
      ['written in', formatSeconds(timings.decode)],
    );
  }
  if (parameters?.temperature !== undefined) rows.push(['temperature', String(parameters.temperature)]);
  if (seed !== null) rows.push(['seed', String(seed)]);
  if (model?.hash) rows.push(['model', model.hash.slice(0, 12)]);
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n');
}

function reuse({ cached_tokens, cache }: NonNullable<Message['usage']>): string {
  if (cached_tokens === 0) return 'all read';
  const place = cache && cache.from !== 'none' ? ` from ${cache.from}` : '';
  return `${formatCount(cached_tokens)} reused${place}`;
}
