import Link from 'next/link';
import type { ConversationMap } from '#server/features/retrieval/conversations/contract.ts';
import { addressOf } from '../retrieval-api.ts';
import { clusterColor, isNamed } from './cluster-color.ts';

interface ConversationGroupsProps extends Pick<ConversationMap, 'points' | 'clusters'> {
  /** Only titles with it are listed. */
  named: string;
}

const MOST = 200;

/** The conversations of the map by group, as links. */
export function ConversationGroups({ points, clusters, named }: ConversationGroupsProps) {
  const listed = points.filter(({ title }) => isNamed(title, named));
  if (listed.length === 0) return <p className="text-small text-ink-2">No title holds these words.</p>;
  return clusters.map(({ id, name }) => {
    const members = listed.filter(({ cluster }) => cluster === id);
    if (members.length === 0) return null;
    return (
      <section key={id} aria-label={name}>
        <h2 className="flex items-center gap-2 text-small font-medium">
          <span
            aria-hidden="true"
            className="size-2 shrink-0 rounded-full"
            style={{ background: clusterColor(id) }}
          />
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <span className="figures text-tiny text-ink-3">{members.length}</span>
        </h2>
        <ul className="mt-1">
          {members.slice(0, MOST).map(({ id: conversation, title }) => (
            <li key={conversation}>
              <Link
                href={addressOf(conversation)}
                dir="auto"
                className="reach block truncate rounded-control px-1.5 py-1 text-small text-ink-2 hover:bg-hover hover:text-ink"
              >
                {title === '' ? 'Untitled' : title}
              </Link>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}
