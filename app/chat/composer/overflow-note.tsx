import { TriangleAlert } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { formatCount } from '#app/_ui/format.ts';
import type { TokenCount } from '#server/features/chat/contract.ts';

interface OverflowNoteProps {
  count: TokenCount;
  onDrop: () => void;
}

/** Before sending: the prompt is too long, by how much, and what can be left out. */
export function OverflowNote({ count, onDrop }: OverflowNoteProps) {
  const { tokens, reserved, context_window, would_drop } = count;
  const over = tokens + reserved - context_window;
  const helps = would_drop.messages > 0 && would_drop.tokens >= over;
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5 text-small"
    >
      <TriangleAlert size={15} aria-hidden="true" className="text-warn" />
      <p className="min-w-0 flex-1 text-pretty">
        Too long for this model by {formatCount(over)} tokens.{' '}
        {helps
          ? 'The oldest messages can be left out of the prompt; they stay in the conversation.'
          : 'Shorten this message, or choose a model with a larger window.'}
      </p>
      {helps ? (
        <Button size="small" onClick={onDrop}>
          Send without the {formatCount(would_drop.messages)} oldest
        </Button>
      ) : null}
    </div>
  );
}
