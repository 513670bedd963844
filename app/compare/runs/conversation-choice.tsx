'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { ChatApi } from '#server/features/chat/contract.ts';

const conversations = hc<ChatApi>(API, apiOptions).chat.conversations;

interface ConversationChoiceProps {
  chosen: string[];
  onChange: (ids: string[]) => void;
}

/** Past conversations whose first question becomes a prompt. */
export function ConversationChoice({ chosen, onChange }: ConversationChoiceProps) {
  const query = useInfiniteQuery({
    queryKey: ['compare', 'conversations'],
    queryFn: async ({ pageParam }) =>
      (await conversations.$get({ query: pageParam === null ? {} : { cursor: pageParam } })).json(),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) return <ErrorNote error={query.error} title="The conversations could not be listed." />;
  if (query.isPending) return <p className="text-ink-3">Reading the conversations</p>;
  if (items.length === 0) return <p className="text-ink-2">There are no conversations yet.</p>;
  const all = items.length === chosen.length;
  return (
    <fieldset className="min-w-0">
      <legend className="flex w-full items-center justify-between gap-3 font-medium">
        {chosen.length} of {items.length} chosen
      </legend>
      <ul className="mt-1.5 max-h-64 overflow-y-auto rounded-control border border-line">
        {items.map(({ id, title }) => (
          <li key={id}>
            <label className="flex items-center gap-2.5 px-3 py-1.5 hover:bg-hover">
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={({ currentTarget }) =>
                  onChange(currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
                }
                className="size-4 accent-[var(--accent)]"
              />
              <span className="truncate">{title || 'New conversation'}</span>
            </label>
          </li>
        ))}
      </ul>
      <div className="mt-2 flex gap-2">
        <Button size="small" onClick={() => onChange(all ? [] : items.map(({ id }) => id))}>
          {all ? 'Choose none' : 'Choose all of these'}
        </Button>
        {query.hasNextPage ? (
          <Button size="small" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show older ones
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}
