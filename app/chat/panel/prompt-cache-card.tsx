import { Card } from '#app/_ui/card.tsx';
import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Meter } from '#app/_ui/meter.tsx';
import type { Message } from '#server/features/chat/contract.ts';

type Usage = NonNullable<Message['usage']>;

/** How much of the last prompt was in a cache, and where. */
export function PromptCacheCard({ usage }: { usage: Usage | null }) {
  if (usage === null) {
    return (
      <Card title="Prompt cache">
        <p className="mt-1 text-tiny text-ink-3">Nothing has been read yet.</p>
      </Card>
    );
  }
  const { prompt_tokens, cached_tokens, cache } = usage;
  const parts = [
    { name: 'memory', value: cache?.from === 'disk' ? 0 : cached_tokens, color: 'bg-accent' },
    { name: 'disk', value: cache?.from === 'disk' ? cached_tokens : 0, color: 'bg-c5' },
    { name: 'new', value: prompt_tokens - cached_tokens, color: 'bg-line-strong' },
  ];
  const share = Math.round((cached_tokens / prompt_tokens) * 100) || 0;
  return (
    <Card
      title="Prompt cache"
      figure={
        <span className="figures text-small">
          <b className="font-semibold">{share} %</b> <span className="text-ink-3">reused</span>
        </span>
      }
    >
      <Meter
        label="Prompt cache"
        max={prompt_tokens}
        parts={parts.slice(0, 2)}
        valueText={`${share} % of the last prompt reused`}
        className="mt-2 mb-1.5 h-2"
      />
      <ul className="flex flex-wrap gap-x-2.5 text-tiny text-ink-3">
        {parts.map(({ name, value, color }) => (
          <li key={name} className="flex items-center gap-1.5">
            <span aria-hidden className={`size-1.5 rounded-[2px] ${color}`} />
            {name} <span className="figures">{formatCount(value)}</span>
          </li>
        ))}
      </ul>
      {cache && cache.seconds_saved > 0 ? (
        <p className="mt-1 text-tiny text-ink-3">Saved {formatSeconds(cache.seconds_saved)} of reading.</p>
      ) : null}
    </Card>
  );
}
