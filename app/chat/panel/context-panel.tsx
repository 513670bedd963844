'use client';

import type { Message, TokenCount } from '#server/features/chat/contract.ts';
import { ContextParts } from '../composer/context-parts.tsx';
import { SourcesPanel } from '../evidence/sources-panel.tsx';
import { Card } from '#app/_ui/card.tsx';

interface ContextPanelProps {
  count: TokenCount | undefined;
  messages: readonly Message[];
}

/** What the model reads with the next message, and what of a folder it read with the last one. */
export function ContextPanel({ count, messages }: ContextPanelProps) {
  return (
    <>
      <Card title="The next prompt">
        {count === undefined ? (
          <p className="mt-1 text-small text-ink-3 text-pretty">
            Once there is a conversation, this lists what the model reads with the next message, counted by
            its own tokenizer.
          </p>
        ) : (
          <div className="mt-2">
            <ContextParts count={count} />
          </div>
        )}
      </Card>
      <SourcesPanel messages={messages} />
    </>
  );
}
