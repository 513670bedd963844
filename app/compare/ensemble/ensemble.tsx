'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Combine } from 'lucide-react';
import { useState } from 'react';
import { askWhile } from '#app/_client/ask-while.ts';
import { ApiError } from '#app/_client/api-error.ts';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Markdown } from '#app/_ui/markdown/markdown.tsx';
import { Meter } from '#app/_ui/meter.tsx';
import { Select } from '#app/_ui/select.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Ensemble as EnsembleOf, Turn } from '#server/features/compare/contract.ts';
import { isRunning } from '../answer-state.ts';
import { compareApi } from '../compare-api.ts';
import { keys, SILENCE } from '../use-comparison.ts';
import { useModels } from '../use-models.ts';

/** How far the answers of one prompt differ, and one answer made of all. */
export function Ensemble({ turn }: { turn: Turn }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.ensemble(turn.id),
    queryFn: () => compareApi.ensemble(turn.id),
    enabled: !turn.answers.some(isRunning),
    refetchInterval: askWhile(({ merged }) => merged?.status === 'running', SILENCE),
  });
  if (turn.answers.some(isRunning))
    return <p className="text-small text-ink-2">The answers can be merged once they are done.</p>;
  if (error !== null && data === undefined)
    return (
      <ErrorNote
        error={error}
        title="The answers could not be set against each other."
        actions={
          <Button size="small" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      />
    );
  if (data === undefined) return <p className="text-small text-ink-3">Comparing the answers</p>;
  return (
    <section
      aria-label="Ensemble"
      className="flex flex-col gap-4 rounded-card border border-line bg-surface p-4"
    >
      <Disagreement turn={turn} ensemble={data} />
      <Merge turn={turn} merged={data.merged} />
    </section>
  );
}

function Disagreement({ turn, ensemble }: { turn: Turn; ensemble: EnsembleOf }) {
  const letter = (id: string) => turn.answers.find((answer) => answer.id === id)?.letter ?? '?';
  const { disagreement, pairs, weights } = ensemble;
  return (
    <div>
      <p>
        Disagreement <b className="figures font-semibold">{disagreement.toFixed(2)}</b>{' '}
        <span className="text-ink-2">{meaningOf(disagreement)}</span>
      </p>
      <p className="text-tiny text-ink-2">
        0: all say the same, word for word. 1: no two answers share a word. It counts words, not meanings.
      </p>
      {pairs.length < 2 ? null : (
        <ul aria-label="Disagreement by pair" className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
          {pairs.map(({ first, second, disagreement }) => (
            <li key={`${first} ${second}`} className="flex items-center gap-2 text-tiny">
              {letter(first)} and {letter(second)}
              <Meter
                label={`Disagreement of ${letter(first)} and ${letter(second)}`}
                max={1}
                parts={[{ value: disagreement, color: 'bg-accent' }]}
                valueText={disagreement.toFixed(2)}
                className="w-16"
              />
              <span className="figures">{disagreement.toFixed(2)}</span>
            </li>
          ))}
        </ul>
      )}
      {turn.revealed && weights.length > 0 ? (
        <p className="mt-2 text-tiny text-ink-2">
          Weights by your ranking:{' '}
          <span className="figures">
            {weights.map(({ answer_id, weight }) => `${letter(answer_id)} ${weight.toFixed(2)}`).join(', ')}
          </span>
        </p>
      ) : null}
    </div>
  );
}

function meaningOf(disagreement: number): string {
  if (disagreement < 0.2) return 'They nearly agree.';
  if (disagreement < 0.5) return 'They share most words.';
  if (disagreement < 0.8) return 'They share some words.';
  return 'They have little in common: look at each.';
}

function Merge({ turn, merged }: { turn: Turn; merged: EnsembleOf['merged'] }) {
  const client = useQueryClient();
  const { models } = useModels();
  const usable = models.filter((model) => model.usable);
  const [chosen, setChosen] = useState<string | null>(null);
  const model = chosen ?? merged?.model_id ?? usable[0]?.id ?? '';
  const merge = useMutation({
    mutationFn: () => compareApi.merge(turn.id, model),
    // Its events, even the last, may have come before this answer to the request: what is so now is asked for.
    onSuccess: () => client.invalidateQueries({ queryKey: keys.ensemble(turn.id) }),
    onError: notifyError,
  });
  const running = merged?.status === 'running';
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <span>Merge with</span>
        <Select
          label="Model that merges"
          value={model}
          options={usable.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
        <Button
          icon={Combine}
          disabled={running || merge.isPending || model === ''}
          onClick={() => merge.mutate()}
        >
          {merged === null ? 'Merge' : 'Merge again'}
        </Button>
        <span role="status" className="text-tiny text-ink-2">
          {running ? 'Writing one answer out of all' : ''}
        </span>
      </div>
      {merged?.error ? (
        <ErrorNote
          error={new ApiError('internal', merged.error.message)}
          title="There is no merged answer."
        />
      ) : null}
      {merged === null || merged.text === '' ? null : (
        <article aria-label="Merged answer" aria-busy={running} className={running ? 'md-caret' : ''}>
          <Markdown text={merged.text} growing={running} />
        </article>
      )}
    </div>
  );
}
