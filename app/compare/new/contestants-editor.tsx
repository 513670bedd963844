'use client';

import { Plus } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { useModels } from '../use-models.ts';
import { ContestantForm } from './contestant-form.tsx';
import { type Draft, MOST_CONTESTANTS, newDraft, problemsOf } from './contestant-drafts.ts';

interface ContestantsEditorProps {
  drafts: Draft[];
  least: number;
  onChange: (drafts: Draft[]) => void;
}

/** Two to six contestants. Duplicate one to change a single parameter of it. */
export function ContestantsEditor({ drafts, least, onChange }: ContestantsEditorProps) {
  const { models } = useModels();
  const usable = new Set(models.filter((model) => model.usable).map(({ id }) => id));
  const problems = models.length === 0 ? [] : problemsOf(drafts, usable);
  const full = drafts.length >= MOST_CONTESTANTS;
  const unused = models.find(({ id }) => usable.has(id) && drafts.every(({ model_id }) => model_id !== id));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-heading font-semibold">Contestants</legend>
      <ul className="flex flex-col gap-2">
        {drafts.map((draft, index) => (
          <ContestantForm
            key={draft.key}
            index={index}
            draft={draft}
            problem={problems[index] ?? null}
            onChange={(next) => onChange(drafts.with(index, next))}
            onDuplicate={
              full
                ? undefined
                : () =>
                    onChange(
                      drafts.toSpliced(index + 1, 0, { ...draft, key: crypto.randomUUID(), open: true }),
                    )
            }
            onRemove={drafts.length <= least ? undefined : () => onChange(drafts.toSpliced(index, 1))}
          />
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          size="small"
          icon={Plus}
          disabled={full}
          onClick={() => onChange([...drafts, newDraft(unused?.id ?? null)])}
        >
          Add a contestant
        </Button>
        <span className="text-tiny text-ink-3">
          {full ? 'Six is the most.' : 'Duplicate one to change a single parameter of it.'}
        </span>
      </div>
    </fieldset>
  );
}
