'use client';

import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
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
  const search = useRef<HTMLInputElement>(null);
  // The list is fetched after its popover has opened and taken the focus.
  useEffect(() => search.current?.focus(), []);
  const guide = models.find((model) => model.id === chosen)?.source === 'built_in';
  const choose = (id: string) => {
    // Chosen and loaded in one step: the first question then waits for nothing.
    if (!resident.some((one) => one.model_id === id && one.state !== 'failed')) load(id);
    onChoose(id);
  };
  return (
    <Command label="Models" loop defaultValue={chosen ?? undefined}>
      <div className="flex items-center gap-2.5 border-b border-line px-3">
        <Search size={15} aria-hidden="true" className="text-ink-3" />
        <Command.Input
          ref={search}
          placeholder="Search the models on this machine"
          className="h-10 min-w-0 flex-1 bg-transparent text-small outline-none placeholder:text-ink-3"
        />
      </div>
      <Command.List className="max-h-[min(420px,52vh)] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-6 text-center text-ink-2">
          No model by that name is on this machine.
        </Command.Empty>
        {models.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            resident={resident.find((one) => one.model_id === model.id)}
            chosen={model.id === chosen}
            onChoose={() => choose(model.id)}
          />
        ))}
      </Command.List>
      <footer className="flex flex-col gap-2 border-t border-line px-3 py-2.5">
        {guide ? <p className="text-tiny text-ink-2 text-pretty">{GUIDE_NOTE}</p> : null}
        <LoadedModels />
        <Link href="/models" prefetch={false} className="self-start text-small text-accent hover:underline">
          Download or add models
        </Link>
      </footer>
    </Command>
  );
}
