import { classes } from '#app/_ui/classes.ts';
import { formatCount } from '#app/_ui/format.ts';
import { Meter } from '#app/_ui/meter.tsx';
import type { TokenCount } from '#server/features/chat/contract.ts';

const NAMES: Record<string, string> = {
  system: 'System prompt',
  user: 'You',
  assistant: 'Answer',
  draft: 'This message',
  template: 'Template',
};

/** The parts of the next prompt, oldest first: what is kept, what would be left out, what is kept free. */
export function ContextParts({ count }: { count: TokenCount }) {
  const { tokens, reserved, context_window, parts, would_drop, overflow } = count;
  return (
    <div className="flex flex-col gap-2.5">
      <Meter
        label="Context window"
        max={context_window}
        parts={[
          { value: tokens, color: overflow ? 'bg-bad' : 'bg-accent' },
          { value: reserved, color: 'bg-line-strong' },
        ]}
        valueText={`${formatCount(tokens)} of ${formatCount(context_window)} tokens`}
        className="h-2"
      />
      <dl className="grid grid-cols-[1fr_auto] gap-y-1 text-small [&>dd]:text-right">
        <dt className="text-ink-2">Prompt</dt>
        <dd className="figures">{formatCount(tokens)}</dd>
        <dt className="text-ink-2">Kept free for the answer</dt>
        <dd className="figures">{formatCount(reserved)}</dd>
        <dt className="text-ink-2">Context window</dt>
        <dd className="figures">{formatCount(context_window)}</dd>
      </dl>
      {overflow ? (
        <p className="text-small text-bad text-pretty">
          Too long by {formatCount(tokens + reserved - context_window)} tokens. Leaving out the{' '}
          {formatCount(would_drop.messages)} oldest messages frees {formatCount(would_drop.tokens)}.
        </p>
      ) : null}
      <ol aria-label="Parts of the prompt" className="max-h-60 overflow-y-auto border-t border-line pt-2">
        {parts.map((part, index) => (
          <li
            key={part.message_id ?? `${part.role} ${index}`}
            className={classes(
              'flex justify-between gap-3 py-0.5',
              part.dropped ? 'text-ink-3 line-through' : 'text-ink-2',
            )}
          >
            <span>
              {part.message_id === null && part.role === 'user'
                ? 'This message'
                : (NAMES[part.role] ?? part.role)}
              {part.dropped ? <span className="sr-only"> (left out)</span> : null}
            </span>
            <span className="figures">{formatCount(part.tokens)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
