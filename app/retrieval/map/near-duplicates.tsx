'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { addressOf, retrievalApi } from '../retrieval-api.ts';

/** Conversations that say nearly the same word by word, as of the map that was made then. */
export function NearDuplicates({ madeAt }: { madeAt: number | null }) {
  const { data, error } = useQuery({
    queryKey: ['retrieval', 'duplicates', madeAt],
    queryFn: retrievalApi.duplicates,
    enabled: madeAt !== null,
    retry: false,
  });
  if (error !== null) return <ErrorNote error={error} title="Near-duplicates could not be read." />;
  if (data === undefined || data.length === 0) return null;
  return (
    <section aria-label="Nearly the same">
      <h2 className="text-small font-medium">Nearly the same</h2>
      <ul className="mt-1 flex flex-col gap-2">
        {data.map(({ similarity, conversations }) => (
          <li
            key={conversations.map(({ id }) => id).join(' ')}
            className="rounded-card border border-line p-2"
          >
            <p className="text-tiny text-ink-3">{Math.round(similarity * 100)} % of the wording in common</p>
            <ul>
              {conversations.map(({ id, title }) => (
                <li key={id}>
                  <Link
                    href={addressOf(id)}
                    dir="auto"
                    className="reach block truncate rounded-control px-1.5 py-1 text-small hover:bg-hover"
                  >
                    {title === '' ? 'Untitled' : title}
                  </Link>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}
