'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, RotateCcw } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { Ballot, Turn, Vote } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { ContestantsButton } from '../turn/contestants-button.tsx';
import { PageBody } from '../page-body.tsx';
import { addressOf } from '../place.ts';
import { RankingCard } from '../ranking/ranking-card.tsx';
import { Columns } from '../turn/columns.tsx';
import { ComparisonTitle } from '../turn/comparison-title.tsx';
import { identitiesOf } from '../turn/identities.ts';
import { PromptText } from '../turn/prompt-text.tsx';
import { keys, useComparison } from '../use-comparison.ts';
import { PairVote } from './pair-vote.tsx';
import { verdictsOf } from './verdicts.ts';

/** One pair after another, chosen for what its vote would tell, until all are judged. */
export function BallotScreen({ id }: { id: string }) {
  const { comparison, query } = useComparison(id);
  const ballot = useQuery({
    queryKey: keys.ballot(id),
    queryFn: () => compareApi.ballot(id),
    staleTime: Number.POSITIVE_INFINITY,
    // Another time, another pair.
    gcTime: 0,
  });
  const error = query.error ?? ballot.error;
  return (
    <Screen
      name={comparison?.title || 'Vote'}
      title={<ComparisonTitle comparison={comparison} />}
      actions={
        <>
          {ballot.data ? <Progress ballot={ballot.data} /> : null}
          {comparison === undefined ? null : <ContestantsButton contestants={comparison.contestants} />}
        </>
      }
    >
      <PageBody>
        {error === null ? null : (
          <ErrorNote
            error={error}
            title="The next pair could not be fetched."
            actions={
              <Button size="small" icon={RotateCcw} onClick={() => void ballot.refetch()}>
                Try again
              </Button>
            }
          />
        )}
        {ballot.isPending && error === null ? (
          <p className="py-10 text-center text-ink-3">Choosing the pair that tells most</p>
        ) : null}
        {ballot.data === null ? <AllJudged id={id} /> : null}
        {ballot.data && comparison !== undefined ? (
          <Judging
            key={`${ballot.data.first.id} ${ballot.data.second.id}`}
            ballot={ballot.data}
            contestants={comparison.contestants}
          />
        ) : null}
        {comparison === undefined ? null : (
          <RankingCard comparisonId={id} title="Ranking so far" contestants={comparison.contestants} />
        )}
      </PageBody>
    </Screen>
  );
}

function Progress({ ballot: { done, total, seconds_left } }: { ballot: Ballot }) {
  const minutes = seconds_left === null ? null : Math.max(1, Math.round(seconds_left / 60));
  return (
    <p className="figures text-tiny text-ink-2">
      pair {done + 1} of {total}
      {minutes === null ? null : <span className="max-sm:sr-only"> · about {minutes} min left</span>}
    </p>
  );
}

interface JudgingProps {
  ballot: Ballot;
  contestants: Parameters<typeof identitiesOf>[0];
}

/** The pair on the screen stays until the person goes on, so that a vote can be looked at and taken back. */
function Judging({ ballot, contestants }: JudgingProps) {
  const client = useQueryClient();
  const [judged, setJudged] = useState<{ vote: Vote; turn: Turn } | null>(null);
  const turn = judged?.turn ?? ballot.turn;
  const shown = (id: string) => turn.answers.find((answer) => answer.id === id);
  const first = shown(ballot.first.id) ?? ballot.first;
  const second = shown(ballot.second.id) ?? ballot.second;
  const hidden = judged !== null && first.contestant_id === null;
  return (
    <>
      <PromptText prompt={turn.prompt} />
      <Columns
        comparisonId={turn.comparison_id}
        answers={[first, second]}
        identities={identitiesOf(contestants)}
        verdicts={verdictsOf(judged === null ? [] : [judged.vote])}
        inStep={false}
      />
      <PairVote
        turn={turn}
        first={first}
        second={second}
        vote={judged?.vote ?? null}
        current
        onVoted={(vote, turn) => setJudged({ vote, turn })}
        onUndone={() => setJudged(null)}
        onNext={() => void client.invalidateQueries({ queryKey: keys.ballot(turn.comparison_id) })}
      />
      {hidden ? (
        <p className="text-small text-ink-2">
          Names and timings appear when every pair of this prompt is judged, so that they give nothing away.
        </p>
      ) : null}
    </>
  );
}

function AllJudged({ id }: { id: string }) {
  const router = useRouter();
  return (
    <EmptyState
      icon={CircleCheck}
      title="Every pair is judged"
      actions={
        <Button look="primary" onClick={() => router.push(addressOf.comparison(id))}>
          See the answers and names
        </Button>
      }
    >
      Pairs with failed, empty or identical answers are left out. More prompts give a surer ranking.
    </EmptyState>
  );
}
