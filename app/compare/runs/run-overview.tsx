'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import type { Comparison, Vote } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';
import { PageBody } from '../page-body.tsx';
import { RankingCard } from '../ranking/ranking-card.tsx';
import { identitiesOf } from '../turn/identities.ts';
import { TurnView } from '../turn/turn-view.tsx';
import { keys } from '../use-comparison.ts';
import { RunProgress } from './run-progress.tsx';
import { SummaryTable } from './summary-table.tsx';

/** An unattended run: how far it is, what each contestant took, the ranking, and the answers one prompt at a time. */
export function RunOverview({ comparison, votes }: { comparison: Comparison; votes: Vote[] }) {
  return (
    <PageBody>
      <RunProgress comparison={comparison} />
      <SummaryTable comparison={comparison} />
      <RankingCard comparisonId={comparison.id} title="Ranking so far" contestants={comparison.contestants} />
      <Prompts comparison={comparison} votes={votes} />
    </PageBody>
  );
}

/** Its prompts, one at a time. */
function Prompts({ comparison, votes }: { comparison: Comparison; votes: Vote[] }) {
  const { id, turns, answered } = comparison;
  const [index, setIndex] = useState(0);
  const page = useQuery({
    // What was answered meanwhile shows with the next look.
    queryKey: [...keys.pages(id), index, answered],
    queryFn: () => compareApi.open(id, index - 1, 1),
    placeholderData: (known) => (known?.turns[0]?.index === index ? known : undefined),
  });
  const turn = page.data?.turns[0];
  if (turns === 0) return null;
  return (
    <section aria-label="Prompts and answers" className="flex flex-col gap-3">
      <header className="flex items-center gap-2">
        <h2 className="flex-1 text-heading font-semibold">Prompts and answers</h2>
        <IconButton
          icon={ChevronLeft}
          size="small"
          label="Previous prompt"
          disabled={index === 0}
          onClick={() => setIndex(index - 1)}
        />
        <span className="figures text-tiny text-ink-2">
          {index + 1} of {turns}
        </span>
        <IconButton
          icon={ChevronRight}
          size="small"
          label="Next prompt"
          disabled={index >= turns - 1}
          onClick={() => setIndex(index + 1)}
        />
      </header>
      {page.isError ? <ErrorNote error={page.error} title="This prompt could not be read." /> : null}
      {page.isPending ? <p className="text-ink-3">Reading the answers</p> : null}
      {turn === undefined ? null : (
        <TurnView
          key={turn.id}
          turn={turn}
          votes={page.data?.votes ?? votes}
          identities={identitiesOf(comparison.contestants)}
          inStep={false}
          current={false}
        />
      )}
    </section>
  );
}
