'use client';

import { Info } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { Arena, Contestant, Ranking } from '#server/features/compare/contract.ts';
import { Block } from '../block.tsx';
import { ChartsMenu } from './charts-menu.tsx';
import { PairMatrix } from './pair-matrix.tsx';
import { RankingTable } from './ranking-table.tsx';
import { biasWords, nextToDecide, type Standing, standingsOf } from './standing.ts';
import { useArena } from './use-arena.ts';

interface RankingCardProps {
  /** Null: over every vote of this machine. */
  comparisonId: string | null;
  tag?: string | null;
  title: string;
  /** In the order of their colours. */
  contestants?: Contestant[];
  /** Instead of the table, while there are no votes. */
  empty?: ReactNode;
}

/** Strengths with intervals, what is not known yet, and the pairs on request. */
export function RankingCard({ comparisonId, tag = null, title, contestants = [], empty }: RankingCardProps) {
  const { data, error, refetch } = useArena(comparisonId, tag);
  const [matrix, setMatrix] = useState(false);
  if (error !== null && data === undefined)
    return (
      <ErrorNote
        error={error}
        title="The ranking could not be computed."
        actions={
          <Button size="small" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      />
    );
  if (data === undefined) return <p className="py-4 text-center text-ink-3">Computing the ranking</p>;
  if (data.votes === 0)
    return empty ?? <p className="text-small text-ink-2">The ranking begins with the first vote.</p>;
  const standings = standingsOf(data, contestants);
  return (
    <Block
      title={title}
      actions={
        <p className="flex flex-wrap items-center justify-end gap-x-2 text-tiny text-ink-2">
          <span>
            Bradley–Terry with ties (Davidson), 95 % intervals · {data.votes}{' '}
            {data.votes === 1 ? 'vote' : 'votes'} · {biasWords(data.ranking)}
          </span>
          <ChartsMenu standings={standings} pairs={data.ranking.pairs} title={title} />
        </p>
      }
    >
      <RankingTable standings={standings} />
      <Undecided standings={standings} ranking={data.ranking} />
      <Rates arena={data} />
      {standings.length < 2 ? null : (
        <Button size="small" className="mt-3" aria-expanded={matrix} onClick={() => setMatrix(!matrix)}>
          {matrix ? 'Hide the pairs' : 'Pair by pair'}
        </Button>
      )}
      {matrix ? (
        <div className="mt-3">
          <PairMatrix standings={standings} pairs={data.ranking.pairs} />
        </div>
      ) : null}
    </Block>
  );
}

/** What is not known yet, in a sentence. */
function Undecided({ standings, ranking }: { standings: Standing[]; ranking: Ranking }) {
  const next = nextToDecide(standings, ranking.pairs);
  const words =
    next === null ? (
      'Every pair of neighbours is decided.'
    ) : (
      <>
        {next.above.name} and {next.below.name} cannot be told apart yet:{' '}
        {next.pair.votesNeeded === null ? (
          <>more than 500 votes on that pair would be needed, so take them as equally good.</>
        ) : (
          <>
            about{' '}
            <b className="font-semibold text-ink">
              {next.pair.votesNeeded} more {next.pair.votesNeeded === 1 ? 'vote' : 'votes'}
            </b>{' '}
            on that pair would decide.
          </>
        )}
      </>
    );
  return (
    <p className="mt-2 flex items-start gap-2 text-small text-ink-2">
      <Info size={15} aria-hidden="true" className="mt-0.5" />
      <span>{words}</span>
    </p>
  );
}

function Rates({ arena: { ranking } }: { arena: Arena }) {
  const words = [
    ranking.tieRate.count === 0 ? null : `${ranking.tieRate.count} of ${ranking.tieRate.total} were ties`,
    ranking.bothBadRate.count === 0
      ? null
      : `${ranking.bothBadRate.count} of ${ranking.bothBadRate.total} found both bad, which says nothing of strengths and is left out of them`,
  ].filter((part) => part !== null);
  if (words.length === 0) return null;
  return <p className="mt-1 pl-[23px] text-tiny text-ink-2">{words.join('; ')}.</p>;
}
