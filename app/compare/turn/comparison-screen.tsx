'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Turn } from '#server/features/compare/contract.ts';
import { isRunning } from '../answer-state.ts';
import { compareApi } from '../compare-api.ts';
import { ExportMenu } from '../ranking/export-menu.tsx';
import { RankingCard } from '../ranking/ranking-card.tsx';
import { RunOverview } from '../runs/run-overview.tsx';
import { keys, useCompareChanges, useComparison } from '../use-comparison.ts';
import { ComparisonTitle } from './comparison-title.tsx';
import { ContestantsButton } from './contestants-button.tsx';
import { FollowUp } from './follow-up.tsx';
import { identitiesOf } from './identities.ts';
import { TurnView } from './turn-view.tsx';

/** One comparison: its prompts with the answers side by side, the votes, and what they add up to. */
export function ComparisonScreen({ id }: { id: string }) {
  const open = useComparison(id);
  const { comparison, query } = open;
  useCompareChanges();
  return (
    <Screen
      name={comparison?.title || 'Comparison'}
      title={<ComparisonTitle comparison={comparison} />}
      actions={
        comparison === undefined ? null : (
          <>
            <ContestantsButton contestants={comparison.contestants} />
            <ExportMenu comparisonId={id} />
          </>
        )
      }
    >
      {query.isError ? (
        <div className="mx-auto w-full max-w-[656px] px-4 py-10">
          <ErrorNote
            error={query.error}
            title="This comparison could not be opened."
            actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
          />
        </div>
      ) : null}
      {query.isPending ? <p className="py-10 text-center text-ink-3">Opening the comparison</p> : null}
      {comparison?.kind === 'live' ? <Live open={open} /> : null}
      {comparison?.kind === 'run' ? <RunOverview comparison={comparison} votes={open.votes} /> : null}
    </Screen>
  );
}

function Live({ open: { comparison, turns, votes } }: { open: ReturnType<typeof useComparison> }) {
  const client = useQueryClient();
  const [inStep, setInStep] = useState(false);
  const latest = useLatest(turns);
  if (comparison === undefined) return null;
  const { id, contestants } = comparison;
  const running = turns.some((turn) => turn.answers.some(isRunning));
  const revealed = turns.every((turn) => turn.revealed || turn.open_pairs.length === 0) && !running;
  const identities = identitiesOf(contestants);
  const stop = () =>
    void compareApi
      .stop(id)
      .then(() => client.invalidateQueries({ queryKey: keys.open(id) }))
      .catch(notifyError);
  return (
    <>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-[1400px] flex-col gap-6 px-3 py-4 md:px-6 md:py-5">
          {turns.map((turn, index) => (
            <div key={turn.id} ref={index === turns.length - 1 ? latest : undefined}>
              <TurnView
                turn={turn}
                votes={votes}
                identities={identities}
                inStep={inStep}
                onInStep={setInStep}
                current={index === turns.length - 1}
              />
            </div>
          ))}
          {turns.length === 0 ? (
            <p className="py-10 text-center text-ink-2">
              Nothing was asked yet. Write the first prompt below.
            </p>
          ) : null}
          {votes.length > 0 && (revealed || !comparison.blind) ? (
            <RankingCard comparisonId={id} title="Ranking so far" contestants={contestants} />
          ) : null}
        </div>
      </div>
      <div className="shrink-0 px-3 pb-3 md:px-6 md:pb-4">
        <div className="mx-auto w-full max-w-[1400px]">
          <FollowUp comparisonId={id} running={running} onStop={stop} />
        </div>
      </div>
    </>
  );
}

/** Brings a turn into sight when it is asked, not when the page opens with it. */
function useLatest(turns: Turn[]) {
  const place = useRef<HTMLDivElement>(null);
  const seen = useRef<number | null>(null);
  useEffect(() => {
    if (seen.current !== null && turns.length > seen.current)
      place.current?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    if (turns.length > 0) seen.current = turns.length;
  }, [turns.length]);
  return place;
}
