import type { ConversationSummary } from '#server/features/chat/contract.ts';

export type ListRow =
  | { kind: 'heading'; label: string }
  | { kind: 'conversation'; conversation: ConversationSummary };

/** Conversations under headings: pinned ones first, then by the day of the last change. Keeps the order within a group. */
export function groupByDate(conversations: readonly ConversationSummary[], now: Date): ListRow[] {
  const rows: ListRow[] = [];
  const pinned = conversations.filter((conversation) => conversation.pinned);
  const rest = conversations.filter((conversation) => !conversation.pinned);
  let heading: string | null = null;
  for (const conversation of [...pinned, ...rest]) {
    const label = conversation.pinned ? 'Pinned' : dayLabel(new Date(conversation.updated_at), now);
    if (label !== heading) rows.push({ kind: 'heading', label });
    heading = label;
    rows.push({ kind: 'conversation', conversation });
  }
  return rows;
}

/** Today, Yesterday, Last week, Last month, then the month by name. By local midnights, whatever their distance in hours. */
export function dayLabel(date: Date, now: Date): string {
  if (date >= daysBefore(now, 0)) return 'Today';
  if (date >= daysBefore(now, 1)) return 'Yesterday';
  if (date >= daysBefore(now, 7)) return 'Last week';
  if (date >= daysBefore(now, 30)) return 'Last month';
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString('en', { month: 'long', year });
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
