import { Wrench } from 'lucide-react';
import type { Message } from '#server/features/chat/contract.ts';
import { prettyJson, visibleText } from './visible-text.ts';

/** The tools that an answer called, with what it passed to them. */
export function ToolCalls({ calls }: { calls: NonNullable<Message['tool_calls']> }) {
  return (
    <ul aria-label="Tool calls" className="mt-3 flex flex-col gap-2">
      {calls.map((call) => (
        <li key={call.id} className="overflow-hidden rounded-card border border-line bg-surface">
          <p className="flex items-center gap-2 border-b border-line px-3 py-1.5 text-small">
            <Wrench size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
            <span className="figures min-w-0 truncate font-medium">{visibleText(call.name)}</span>
          </p>
          <pre className="figures max-h-64 overflow-auto px-3 py-2 text-tiny whitespace-pre-wrap [overflow-wrap:anywhere]">
            {visibleText(prettyJson(call.arguments))}
          </pre>
        </li>
      ))}
    </ul>
  );
}
