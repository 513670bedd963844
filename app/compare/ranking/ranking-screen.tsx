'use client';

import { ChartNoAxesGantt } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { Select } from '#app/_ui/select.tsx';
import { PageBody } from '../page-body.tsx';
import { addressOf } from '../place.ts';
import { RoomNavigation } from '../room-navigation.tsx';
import { useCompareChanges } from '../use-comparison.ts';
import { ExportMenu } from './export-menu.tsx';
import { ImportButton } from './import-button.tsx';
import { RankingCard } from './ranking-card.tsx';
import { useArena } from './use-arena.ts';

const ALL = 'all';

/** Every vote of this machine as one ranking, or that of a tag. */
export function RankingScreen() {
  const router = useRouter();
  const [tag, setTag] = useState<string | null>(null);
  const { data } = useArena(null, null);
  useCompareChanges();
  const tags = data?.tags ?? [];
  return (
    <Screen
      name="Ranking"
      title={<RoomNavigation here="ranking" />}
      actions={
        <>
          <ImportButton />
          <ExportMenu comparisonId={null} />
        </>
      }
    >
      <PageBody>
        {tags.length === 0 ? null : (
          <div>
            <Select
              label="Tag"
              value={tag ?? ALL}
              options={[
                { value: ALL, label: 'All votes' },
                ...tags.map(({ tag: value, votes }) => ({ value, label: value, hint: `${votes} votes` })),
              ]}
              onChange={(value) => setTag(value === ALL ? null : value)}
            />
          </div>
        )}
        <RankingCard
          comparisonId={null}
          tag={tag}
          title={tag === null ? 'All votes' : `Votes on ${tag}`}
          empty={
            <EmptyState
              icon={ChartNoAxesGantt}
              title="No votes yet"
              actions={
                <Button look="primary" onClick={() => router.push(addressOf.newComparison)}>
                  New comparison
                </Button>
              }
            >
              Compare some models and vote. Strengths, intervals and what is still open appear here.
            </EmptyState>
          }
        />
        <Explanation />
      </PageBody>
    </Screen>
  );
}

function Explanation() {
  return (
    <details className="text-small text-ink-2">
      <summary>How this is computed</summary>
      <div className="mt-2 flex max-w-3xl flex-col gap-2 text-pretty">
        <p>
          Each vote is taken as one game between two contestants. Their strengths are fitted with the
          Bradley–Terry model, extended to ties by Davidson (1970) and to the side on which an answer was
          shown by Davidson and Beaver (1977), together with a prior that keeps two lucky votes from making a
          champion. The order of the votes plays no part.
        </p>
        <p>
          400 points more are odds of 10 to 1; the mean is 1000. Lines are 95 % intervals. A rank such as 1–3
          says that the votes allow each of these places. Contestants are listed by the lower end of their
          interval: by what the votes prove.
        </p>
        <p>“Both bad” tells nothing of who is stronger. It is counted, and left out of the strengths.</p>
      </div>
    </details>
  );
}
