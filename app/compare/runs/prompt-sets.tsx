'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { PageBody } from '../page-body.tsx';
import { RoomNavigation } from '../room-navigation.tsx';
import { NewSet } from './new-set.tsx';
import { SetRow } from './set-row.tsx';
import { useSets } from './use-sets.ts';

/** Lists of prompts to ask unattended: built in, pasted, uploaded, or from past conversations. */
export function PromptSets() {
  const { data = [], error, isPending, refetch } = useSets();
  const [adding, setAdding] = useState(false);
  return (
    <Screen
      name="Prompt sets"
      title={<RoomNavigation here="sets" />}
      actions={
        <Button look="primary" icon={Plus} aria-expanded={adding} onClick={() => setAdding(!adding)}>
          <span className="max-sm:sr-only">New prompt set</span>
        </Button>
      }
    >
      <PageBody narrow>
        {adding ? <NewSet onDone={() => setAdding(false)} /> : null}
        {error === null ? null : (
          <ErrorNote
            error={error}
            title="The prompt sets could not be listed."
            actions={
              <Button size="small" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          />
        )}
        {isPending ? <p className="py-10 text-center text-ink-3">Reading the prompt sets</p> : null}
        {data.length === 0 ? null : (
          <ul aria-label="Prompt sets" className="rounded-card border border-line bg-surface">
            {data.map((set) => (
              <SetRow key={set.id} set={set} />
            ))}
          </ul>
        )}
        <p className="text-tiny text-ink-3 text-pretty">
          A run asks every prompt of a set of every contestant, one model after another, and goes on after a
          restart. Its answers can be voted on blind later.
        </p>
      </PageBody>
    </Screen>
  );
}
