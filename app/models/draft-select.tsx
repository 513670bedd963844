'use client';

import { Select } from '#app/_ui/select.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Model } from '#server/features/models/contract.ts';
import { useDraftChoice, useModels } from './queries.ts';

/** No id of a model. */
const NONE = 'none';

/** The smaller model that guesses ahead for this one; nothing where no other could. */
export function DraftSelect({ model }: { model: Model }) {
  const models = useModels().data?.models ?? [];
  const choice = useDraftChoice();
  if (model.draft_candidates.length === 0) return null;
  const candidates = models.filter(({ id }) => model.draft_candidates.includes(id));
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 pl-4 text-tiny">
      <span className="text-ink-2">Draft model</span>
      <Select
        label={`Draft model for ${model.name}`}
        value={model.draft_model_id ?? NONE}
        disabled={choice.isPending}
        options={[
          { value: NONE, label: 'None' },
          ...candidates.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(id) =>
          choice.mutate(
            { model_id: model.id, draft_model_id: id === NONE ? null : id },
            { onError: notifyError },
          )
        }
      />
      <span className="text-ink-3 text-pretty">
        Guesses the next words of single answers; used only while that is measured to be faster.
      </span>
    </div>
  );
}
