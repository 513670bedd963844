'use client';

import { Card } from '#app/_ui/card.tsx';
import { formatSeconds } from '#app/_ui/format.ts';
import { Sparkline } from '#app/_ui/sparkline.tsx';
import type { AnswerMetrics } from '#server/features/metrics/contract.ts';
import { Figure } from './figure.tsx';

/** How long people waited for the first token of the recent answers. */
export function FirstTokenCard({ answers }: { answers: AnswerMetrics[] }) {
  const times = answers.filter((answer) => answer.completion_tokens > 0).map((answer) => answer.first_token);
  const last = times.at(-1);
  return (
    <Card
      title="First token"
      figure={
        <Figure
          value={last === undefined ? undefined : formatSeconds(last)}
          unit=""
          meaning="From sending to the first token of the last answer, loading the model included"
        />
      }
    >
      {times.length > 1 ? <Sparkline values={times} label="Seconds to the first token" /> : null}
      <p className="mt-1 text-tiny text-ink-3 text-pretty">
        {times.length > 1
          ? `One point for each of the last ${times.length} answers, oldest first.`
          : 'From sending to the first token, loading the model included.'}
      </p>
    </Card>
  );
}
