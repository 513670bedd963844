'use client';

import { useSlot } from '#app/_shell/slots.tsx';
import { Card } from '#app/_ui/card.tsx';
import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { LoadedModels } from '../model/loaded-models.tsx';
import { PromptCacheCard } from './prompt-cache-card.tsx';

/** What running costs and yields, and what the answers of this conversation took, as far as they are on the page. */
export function MetricsPanel({ messages }: { messages: Message[] }) {
  const cards = useSlot('metrics.card');
  const answers = messages.filter((message) => message.role === 'assistant');
  const written = answers.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0);
  const reused = answers.reduce((sum, { usage }) => sum + (usage?.cached_tokens ?? 0), 0);
  const seconds = answers.reduce((sum, { timings }) => sum + (timings?.decode ?? 0), 0);
  const last = answers.findLast(({ usage }) => usage !== null)?.usage ?? null;
  const saved = answers.reduce((sum, { usage }) => sum + (usage?.cache?.seconds_saved ?? 0), 0);
  return (
    <>
      {cards.map(({ id, content: Content }) => (
        <Content key={id} />
      ))}
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
          <dt className="text-ink-2">prompt tokens reused</dt>
          <dd className="figures">{formatCount(reused)}</dd>
          <dt className="text-ink-2">time writing</dt>
          <dd className="figures">{formatSeconds(seconds)}</dd>
          <dt className="text-ink-2">time saved by reuse</dt>
          <dd className="figures">{formatSeconds(saved)}</dd>
        </dl>
      </Card>
    </>
  );
}
