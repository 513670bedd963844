'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { HubToken } from './hub-token.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { usePlan } from './queries.ts';
import { RecommendedModels } from './recommended-models.tsx';

const REPOSITORY = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;

/** The panel tab: by repository id, or one of five that we recommend. Nothing starts before its plan was seen. */
export function GetModel() {
  const plan = usePlan();
  const [repository, setRepository] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const ask = (id: string) => plan.mutate(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const id = repository.trim();
    if (!REPOSITORY.test(id)) return setProblem('A repository id looks like owner/name.');
    setProblem(null);
    ask(id);
  };
  return (
    <div className="flex flex-col gap-3 pt-1">
      <form onSubmit={submit} className="rounded-card border border-line bg-surface p-3">
        <TextField
          label="Repository id on the Hugging Face Hub"
          name="repository"
          mono
          placeholder="mlx-community/…"
          value={repository}
          onChange={(event) => setRepository(event.target.value)}
          problem={problem}
          hint="JSON, tokenizer and safetensors files only. Size and fit are shown before anything is fetched."
        />
        <Button type="submit" className="mt-2.5 w-full" disabled={plan.isPending || repository.trim() === ''}>
          {plan.isPending ? 'Asking the Hub…' : 'Show size and fit'}
        </Button>
      </form>
      {plan.error !== null && (
        <ErrorNote
          error={plan.error}
          title="The Hub was not able to describe it."
          actions={
            <Button size="small" onClick={() => plan.variables !== undefined && ask(plan.variables)}>
              Try again
            </Button>
          }
        />
      )}
      {plan.data !== undefined && <PlanDialog key={plan.submittedAt} plan={plan.data} onClose={plan.reset} />}
      <RecommendedModels onChoose={ask} busy={plan.isPending} />
      <HubToken />
    </div>
  );
}
