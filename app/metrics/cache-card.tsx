'use client';

import { Card } from '#app/_ui/card.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { Meter } from '#app/_ui/meter.tsx';
import type { AnswerMetrics } from '#server/features/metrics/contract.ts';
import { Figure } from './figure.tsx';

/** How much of the recent prompts did not have to be read again. */
export function CacheCard({ answers }: { answers: AnswerMetrics[] }) {
  const total = answers.reduce((sum, answer) => sum + answer.prompt_tokens, 0);
  const reused = answers.reduce((sum, answer) => sum + answer.cached_tokens, 0);
  const read = total - reused;
  const percent = total === 0 ? undefined : String(Math.round((reused / total) * 100));
  return (
    <Card
      title="Cache hit rate"
      figure={
        <Figure
          value={percent && `${percent} %`}
          unit="reused"
          meaning={`Prompt tokens of the last ${answers.length} answers that came from the cache`}
        />
      }
    >
      <Meter
        label="Prompt tokens reused"
        className="mt-2 h-1.5"
        max={total}
        valueText={`${formatCount(reused)} reused, ${formatCount(read)} read`}
        parts={[
          { value: reused, color: 'bg-accent' },
          { value: read, color: 'bg-line-strong' },
        ]}
      />
      <p className="mt-1.5 flex gap-3 text-tiny text-ink-3">
        {total === 0 ? (
          'No prompt has been read yet.'
        ) : (
          <>
            <Key color="bg-accent" name="reused" tokens={reused} />
            <Key color="bg-line-strong" name="read" tokens={read} />
          </>
        )}
      </p>
    </Card>
  );
}

function Key({ color, name, tokens }: { color: string; name: string; tokens: number }) {
  return (
    <span className="flex items-center gap-1.5">
      <span aria-hidden="true" className={`size-2 rounded-full ${color}`} />
      {name} <span className="figures">{formatCount(tokens)}</span>
    </span>
  );
}
