'use client';

import { MessageSquare } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { VirtualList } from '#app/_ui/virtual-list.tsx';
import { newConversation, useOpenId } from '../open-id.ts';
import { ConversationRow } from './conversation-row.tsx';
import { groupByDate, type ListRow } from './date-groups.ts';
import { useConversationList } from './use-conversation-list.ts';

/** The conversations in the sidebar: by date, however many there are. */
export function ConversationList() {
  const { query, conversations } = useConversationList();
  const open = useOpenId();
  const router = useRouter();
  const today = useToday();
  useShortcut('conversation.new', () => newConversation(router));
  const rows = useMemo(() => groupByDate(conversations, new Date(today)), [conversations, today]);
  if (query.isError && query.data === undefined) {
    return (
      <div className="p-3">
        <ErrorNote
          error={query.error}
          title="The conversations could not be read."
          actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
        />
      </div>
    );
  }
  if (query.isSuccess && rows.length === 0) {
    return (
      <EmptyState icon={MessageSquare} title="No conversations yet">
        What you ask is kept here, on this machine.
      </EmptyState>
    );
  }
  return (
    <VirtualList
      label="Conversations"
      className="min-h-0 flex-1 overflow-y-auto px-3 pt-1 pb-3"
      items={rows}
      keyOf={keyOf}
      estimate={estimate}
      onEndReached={() => {
        if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
      }}
      render={(row) =>
        row.kind === 'heading' ? (
          <h2 className="px-2 pt-3 pb-1 text-tiny text-ink-3">{row.label}</h2>
        ) : (
          <ConversationRow conversation={row.conversation} open={row.conversation.id === open} />
        )
      }
    />
  );
}

const keyOf = (row: ListRow) => (row.kind === 'heading' ? `# ${row.label}` : row.conversation.id);
const estimate = (row: ListRow) => (row.kind === 'heading' ? 32 : 29);

/** Local midnight, so that the headings are right in a tab that stays open overnight. */
function useToday(): number {
  const [today, setToday] = useState(() => new Date().setHours(0, 0, 0, 0));
  useEffect(() => {
    const timer = setInterval(() => setToday(new Date().setHours(0, 0, 0, 0)), 60_000);
    return () => clearInterval(timer);
  }, []);
  return today;
}
