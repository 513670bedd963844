'use client';

import { Columns2, Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { ExportMenu } from '../ranking/export-menu.tsx';
import { ImportButton } from '../ranking/import-button.tsx';
import { PageBody } from '../page-body.tsx';
import { addressOf } from '../place.ts';
import { RoomNavigation } from '../room-navigation.tsx';
import { useCompareChanges } from '../use-comparison.ts';
import { ComparisonRow } from './comparison-row.tsx';
import { useComparisons } from './use-comparisons.ts';

/** Every comparison, newest first, and the way to a new one. */
export function ListScreen() {
  const router = useRouter();
  const query = useComparisons();
  useCompareChanges();
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const empty = query.isSuccess && items.length === 0;
  return (
    <Screen
      name="Compare"
      title={<RoomNavigation here="list" />}
      actions={
        <>
          <ImportButton />
          {empty ? null : <ExportMenu comparisonId={null} />}
          {empty ? null : (
            <Button look="primary" icon={Plus} onClick={() => router.push(addressOf.newComparison)}>
              <span className="max-sm:sr-only">New comparison</span>
            </Button>
          )}
        </>
      }
    >
      <PageBody narrow>
        {query.isError ? (
          <ErrorNote
            error={query.error}
            title="The comparisons could not be listed."
            actions={
              <Button size="small" onClick={() => void query.refetch()}>
                Try again
              </Button>
            }
          />
        ) : null}
        {query.isPending ? <p className="py-10 text-center text-ink-3">Reading the comparisons</p> : null}
        {empty ? <NoComparisons /> : null}
        {items.length === 0 ? null : (
          <ul aria-label="Comparisons" className="rounded-card border border-line bg-surface">
            {items.map((comparison) => (
              <ComparisonRow key={comparison.id} comparison={comparison} />
            ))}
          </ul>
        )}
        {query.hasNextPage ? (
          <Button
            className="self-center"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show older comparisons
          </Button>
        ) : null}
      </PageBody>
    </Screen>
  );
}

function NoComparisons() {
  const router = useRouter();
  return (
    <EmptyState
      icon={Columns2}
      title="Which of your models is better, and how sure can you be?"
      actions={
        <>
          <Button look="primary" icon={Plus} onClick={() => router.push(addressOf.newComparison)}>
            New comparison
          </Button>
          <Button onClick={() => router.push(addressOf.newRun())}>Run a prompt set</Button>
        </>
      }
    >
      Ask two to six contestants the same thing and vote without knowing who is who. The votes become a
      ranking that says how certain it is. An answer in{' '}
      <Link href="/chat" prefetch={false} className="text-accent underline">
        Chat
      </Link>{' '}
      has a button that brings its prompt here.
    </EmptyState>
  );
}
