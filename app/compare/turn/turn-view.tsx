'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Combine, Diff, Eye } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Turn, Vote } from '#server/features/compare/contract.ts';
import { isRunning } from '../answer-state.ts';
import { compareApi } from '../compare-api.ts';
import { Ensemble } from '../ensemble/ensemble.tsx';
import { keys, putTurn } from '../use-comparison.ts';
import { PairVote } from '../vote/pair-vote.tsx';
import { PairsNote } from '../vote/pairs-note.tsx';
import { verdictsOf } from '../vote/verdicts.ts';
import { Columns } from './columns.tsx';
import { Difference } from './difference.tsx';
import type { Identity } from './identities.ts';
import { PromptText } from './prompt-text.tsx';

interface TurnViewProps {
  turn: Turn;
  votes: Vote[];
  identities: Map<string, Identity>;
  inStep: boolean;
  /** Absent where there is nothing to scroll together. */
  onInStep?: (on: boolean) => void;
  /** Keys vote on this turn. */
  current: boolean;
}

/** One prompt with its answers, the vote on them, and what they differ in. */
export function TurnView({ turn, votes, identities, inStep, onInStep, current }: TurnViewProps) {
  const [open, setOpen] = useState<'difference' | 'ensemble' | null>(null);
  const own = votes.filter((vote) => vote.turn_id === turn.id);
  const [first, second, ...more] = turn.answers;
  const toggle = (part: 'difference' | 'ensemble') => setOpen(open === part ? null : part);
  return (
    <section aria-label={`Prompt ${turn.index + 1}`} className="flex flex-col gap-4">
      <PromptText prompt={turn.prompt} />
      <Columns
        comparisonId={turn.comparison_id}
        answers={turn.answers}
        identities={identities}
        verdicts={verdictsOf(own)}
        inStep={inStep}
      />
      {more.length > 0 ? <PairsNote turn={turn} judged={own.length} /> : null}
      {first !== undefined && second !== undefined && more.length === 0 ? (
        <PairVote turn={turn} first={first} second={second} vote={own[0] ?? null} current={current} />
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="small"
          icon={Diff}
          aria-expanded={open === 'difference'}
          onClick={() => toggle('difference')}
        >
          Difference
        </Button>
        <Button
          size="small"
          icon={Combine}
          aria-expanded={open === 'ensemble'}
          onClick={() => toggle('ensemble')}
        >
          Ensemble
        </Button>
        <RevealButton turn={turn} />
        {onInStep === undefined ? null : (
          <span className="ml-auto hidden items-center gap-2 text-tiny text-ink-2 md:flex">
            Scroll in step
            <Switch label="Scroll in step" checked={inStep} onChange={onInStep} />
          </span>
        )}
      </div>
      {open === 'difference' ? <Difference answers={turn.answers} /> : null}
      {open === 'ensemble' ? <Ensemble turn={turn} /> : null}
    </section>
  );
}

/** Names without a vote; there while something is hidden. */
function RevealButton({ turn }: { turn: Turn }) {
  const client = useQueryClient();
  const hidden = !turn.revealed && turn.answers.some(({ contestant_id }) => contestant_id === null);
  if (!hidden || turn.answers.some(isRunning)) return null;
  const reveal = async () => {
    putTurn(client, await compareApi.reveal(turn.id));
    await client.invalidateQueries({ queryKey: keys.pages(turn.comparison_id) });
    await client.invalidateQueries({ queryKey: keys.arenas });
  };
  return (
    <Tooltip text="Shows the names without a vote. Votes on this prompt after that do not count as blind.">
      <Button size="small" look="quiet" icon={Eye} onClick={() => void reveal().catch(notifyError)}>
        Show who is who
      </Button>
    </Tooltip>
  );
}
