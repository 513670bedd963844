'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { Select } from '#app/_ui/select.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { compareApi } from '../compare-api.ts';
import { ContestantsEditor } from '../new/contestants-editor.tsx';
import { Terms } from '../new/terms.tsx';
import { useContestants } from '../new/use-contestants.ts';
import { PageBody } from '../page-body.tsx';
import { addressOf } from '../place.ts';
import { keys } from '../use-comparison.ts';
import { useSets } from './use-sets.ts';

/** Every prompt of a set to every contestant, while one does something else. */
export function NewRun({ setId }: { setId: string | null }) {
  const router = useRouter();
  const client = useQueryClient();
  const sets = useSets();
  const contestants = useContestants(1);
  const [chosen, setChosen] = useState(setId);
  const [title, setTitle] = useState('');
  const [blind, setBlind] = useState(true);
  const [fairTiming, setFairTiming] = useState(true);
  const set = sets.data?.find(({ id }) => id === chosen) ?? sets.data?.[0];
  const start = useMutation({
    mutationFn: () =>
      compareApi.run({
        set_id: set?.id ?? '',
        contestants: contestants.take(),
        title: title.trim(),
        blind,
        fair_timing: fairTiming,
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: keys.list });
      router.replace(addressOf.comparison(id));
    },
  });
  const ready = set !== undefined && contestants.valid && !start.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) start.mutate();
  };
  return (
    <Screen name="New run">
      <PageBody narrow>
        {/* The steps of number fields are for arrow keys: values between them are as good. */}
        <form noValidate className="flex flex-col gap-6" onSubmit={submit}>
          <div className="flex flex-wrap items-end gap-4">
            <div className="flex flex-col gap-1.5">
              <span className="font-medium">Prompt set</span>
              <Select
                label="Prompt set"
                value={set?.id ?? ''}
                options={(sets.data ?? []).map(({ id, name, prompts }) => ({
                  value: id,
                  label: name,
                  hint: `${formatCount(prompts)} prompts`,
                }))}
                onChange={setChosen}
              />
            </div>
            <Button look="quiet" onClick={() => router.push(addressOf.sets)}>
              Make a prompt set
            </Button>
          </div>
          <ContestantsEditor drafts={contestants.drafts} least={1} onChange={contestants.change} />
          <Terms blind={blind} fairTiming={fairTiming} onBlind={setBlind} onFairTiming={setFairTiming} />
          <TextField
            label="Title"
            value={title}
            maxLength={200}
            placeholder={set?.name ?? ''}
            onChange={(event) => setTitle(event.target.value)}
          />
          {sets.isError ? (
            <ErrorNote error={sets.error} title="The prompt sets could not be listed." />
          ) : null}
          {start.isError ? <ErrorNote error={start.error} title="The run did not begin." /> : null}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" look="primary" icon={Play} disabled={!ready}>
              Start the run
            </Button>
            <span className="text-tiny text-ink-2">
              {set === undefined
                ? ''
                : `${formatCount(set.prompts * contestants.drafts.length)} answers, one model after another`}
            </span>
          </div>
        </form>
      </PageBody>
    </Screen>
  );
}
