'use client';

import { formatCount } from '#app/_ui/format.ts';
import { Gauge } from '#app/_ui/gauge.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import type { TokenCount } from '#server/features/chat/contract.ts';
import { ContextParts } from './context-parts.tsx';

interface ContextGaugeProps {
  count: TokenCount | undefined;
  /** Tokens of what would go with the message from a folder. */
  sources: number;
  /** The model's window, for a conversation that has no count yet. */
  window: number | null;
}

/** `12,410 of 32,768`: the exact tokens of the next prompt. A press shows what they are. */
export function ContextGauge({ count, sources, window }: ContextGaugeProps) {
  const size = count?.context_window ?? window;
  const text = count === undefined ? '–' : formatCount(count.tokens + sources);
  const of = size === null ? '' : ` of ${formatCount(size)}`;
  const fraction =
    count === undefined ? 0 : (count.tokens + sources) / Math.max(1, count.context_window - count.reserved);
  return (
    <Popover
      title="What the model will read"
      side="top"
      trigger={
        <button
          type="button"
          className="reach flex h-8 items-center gap-2 rounded-control px-2 text-tiny text-ink-2 transition-colors hover:bg-hover"
        >
          <Gauge fraction={fraction} />
          <span className="figures whitespace-nowrap">
            {text}
            <span className="text-ink-3">{of}</span>
            <span className="sr-only"> tokens of the context window</span>
          </span>
        </button>
      }
    >
      <h3 className="mb-2 font-medium">What the model will read</h3>
      {count === undefined ? (
        <p className="text-ink-2 text-pretty">
          Counted by the model's own tokenizer once the conversation has begun
          {size === null ? '' : `; the window holds ${formatCount(size)} tokens`}.
        </p>
      ) : (
        <>
          <ContextParts count={count} />
          {sources === 0 ? null : (
            <p className="mt-2 text-small text-ink-2">
              And {formatCount(sources)} tokens of sources from the folder, before this message.
            </p>
          )}
        </>
      )}
    </Popover>
  );
}
