import { Command } from 'cmdk';
import type { FoundMessage as Found } from '#server/features/retrieval/conversations/contract.ts';
import { Highlighted } from './highlighted.tsx';

/** A message among what was found: whose it is, when, the piece that was found, and why. */
export function FoundMessage({ found, onOpen }: { found: Found; onOpen: () => void }) {
  const { title, role, created_at: createdAt, snippet, why } = found;
  return (
    <Command.Item
      value={found.message_id}
      onSelect={onOpen}
      className="flex cursor-default flex-col gap-1 rounded-control px-2.5 py-2 text-small data-[selected=true]:bg-hover"
    >
      <span className="flex min-w-0 items-baseline gap-2">
        <span dir="auto" className="min-w-0 flex-1 truncate font-medium">
          {title === '' ? 'Untitled' : title}
        </span>
        <span className="shrink-0 text-tiny text-ink-2">
          {role === 'user' ? 'you' : 'answer'} ·{' '}
          {new Date(createdAt).toLocaleDateString(undefined, { dateStyle: 'medium' })} · {why}
        </span>
      </span>
      <span dir="auto" className="line-clamp-2 text-ink-2 [overflow-wrap:anywhere]">
        <Highlighted {...snippet} />
      </span>
    </Command.Item>
  );
}
