'use client';

import Link from 'next/link';
import { SearchList } from '#app/_ui/search-list.tsx';
import { GUIDE_NOTE, useModels } from '../use-models.ts';
import { LoadedModels } from './loaded-models.tsx';
import { ModelRow } from './model-row.tsx';

interface ModelListProps {
  chosen: string | null;
  onChoose: (id: string) => void;
}

/** Every model of this machine, searchable: what it is, what it needs, whether it is loaded. */
export function ModelList({ chosen, onChoose }: ModelListProps) {
  const { models = [], resident = [], load } = useModels();
  const guide = models.find((model) => model.id === chosen)?.source === 'built_in';
  const choose = (id: string) => {
    // Chosen and loaded in one step: the first question then waits for nothing.
    if (!resident.some((one) => one.model_id === id && one.state !== 'failed')) load(id);
    onChoose(id);
  };
  return (
    <SearchList
      label="Models"
      placeholder="Search the models on this machine"
      empty="No model by that name is on this machine."
      marked={chosen}
      className="max-h-[min(420px,52vh)]"
      footer={
        <div className="flex flex-col gap-2">
          {guide ? <p className="text-tiny text-ink-2 text-pretty">{GUIDE_NOTE}</p> : null}
          <LoadedModels />
          <Link href="/models" prefetch={false} className="self-start text-small text-accent hover:underline">
            Download or add models
          </Link>
        </div>
      }
    >
      {models.map((model) => (
        <ModelRow
          key={model.id}
          model={model}
          resident={resident.find((one) => one.model_id === model.id)}
          chosen={model.id === chosen}
          onChoose={() => choose(model.id)}
        />
      ))}
    </SearchList>
  );
}
