'use client';

import type { TokenCount } from '#server/features/chat/contract.ts';
import { ContextParts } from '../composer/context-parts.tsx';
import { Card } from '#app/_ui/card.tsx';

/** What the model reads with the next message. */
export function ContextPanel({ count }: { count: TokenCount | undefined }) {
  return (
    <Card title="The next prompt">
      {count === undefined ? (
        <p className="mt-1 text-small text-ink-3 text-pretty">
          Once there is a conversation, this lists what the model reads with the next message, counted by its
          own tokenizer.
        </p>
      ) : (
        <div className="mt-2">
          <ContextParts count={count} />
        </div>
      )}
    </Card>
  );
}
