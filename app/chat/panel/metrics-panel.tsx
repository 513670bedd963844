'use client';

import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { LoadedModels } from '../model/loaded-models.tsx';
import { Card } from './card.tsx';
import { PromptCacheCard } from './prompt-cache-card.tsx';
import { Sparkline } from './sparkline.tsx';

/** What the answers of this conversation took, as far as they are on the page. */
export function MetricsPanel({ messages }: { messages: Message[] }) {
  const answers = messages.filter((message) => message.role === 'assistant');
  const rates = answers.flatMap(({ timings }) =>
    timings && timings.tokens_per_second > 0 ? [timings.tokens_per_second] : [],
  );
  const last = answers.findLast(({ usage }) => usage !== null)?.usage ?? null;
  const first = answers.flatMap(({ timings }) =>
    timings && timings.first_token > 0 ? [timings.first_token] : [],
  );
  const written = answers.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0);
  const seconds = answers.reduce((sum, { timings }) => sum + (timings?.decode ?? 0), 0);
  const saved = answers.reduce((sum, { usage }) => sum + (usage?.cache?.seconds_saved ?? 0), 0);
  return (
    <>
      <Card title="Decode" figure={<Figure value={rates.at(-1)?.toFixed(1)} unit="tok/s" />}>
        {rates.length > 1 ? <Sparkline values={rates} label="Tokens per second of each answer" /> : null}
        <p className="mt-1 text-tiny text-ink-3 text-pretty">
          {rates.length > 1
            ? 'One point for each answer, oldest first.'
            : 'Tokens per second of the last answer, without reading the prompt.'}
        </p>
      </Card>
      <Card
        title="First token"
        figure={<Figure value={first.length > 0 ? formatSeconds(first.at(-1) ?? 0) : undefined} unit="" />}
      >
        <p className="mt-1 text-tiny text-ink-3 text-pretty">
          From sending to the first token, loading the model included.
        </p>
      </Card>
      <PromptCacheCard usage={last} />
      <div className="mb-2.5 rounded-card border border-line bg-surface px-3 py-2.5">
        <LoadedModels />
      </div>
      <Card title="This conversation">
        <dl className="mt-1.5 grid grid-cols-[1fr_auto] gap-y-1 text-small [&>dd]:text-right">
          <dt className="text-ink-2">answers</dt>
          <dd className="figures">{formatCount(answers.length)}</dd>
          <dt className="text-ink-2">tokens written</dt>
          <dd className="figures">{formatCount(written)}</dd>
          <dt className="text-ink-2">time writing</dt>
          <dd className="figures">{formatSeconds(seconds)}</dd>
          <dt className="text-ink-2">time saved by reuse</dt>
          <dd className="figures">{formatSeconds(saved)}</dd>
        </dl>
      </Card>
    </>
  );
}

function Figure({ value, unit }: { value: string | undefined; unit: string }) {
  return (
    <span className="figures text-small">
      <b className="font-semibold">{value ?? '–'}</b> <span className="text-ink-3">{unit}</span>
    </span>
  );
}
