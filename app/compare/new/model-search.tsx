'use client';

import { Command } from 'cmdk';
import { Check } from 'lucide-react';
import Link from 'next/link';
import { formatBytes, formatWindow } from '#app/_ui/format.ts';
import { SearchList } from '#app/_ui/search-list.tsx';
import { useModels } from '../use-models.ts';

interface ModelSearchProps {
  chosen: string | null;
  onChoose: (id: string) => void;
}

/** Every model of this machine, searchable, with what it needs. */
export function ModelSearch({ chosen, onChoose }: ModelSearchProps) {
  const { models } = useModels();
  return (
    <SearchList
      label="Models"
      placeholder="Search the models on this machine"
      empty="No model by that name is on this machine."
      marked={chosen}
      className="max-h-[min(360px,48vh)]"
      footer={
        <Link href="/models" prefetch={false} className="text-accent hover:underline">
          Download or add models
        </Link>
      }
    >
      {models.map(({ id, name, usable, problem, quantization, context_window, memory_bytes, fits }) => (
        <Command.Item
          key={id}
          value={id}
          keywords={[name, quantization ?? '']}
          disabled={!usable}
          onSelect={() => onChoose(id)}
          className="flex cursor-default items-center gap-2.5 rounded-control px-2 py-1.5 data-[disabled=true]:opacity-60 data-[selected=true]:bg-hover"
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">
              {name}
              {fits === false && usable ? <span className="text-ink-2"> · may not fit</span> : null}
            </span>
            <span className="figures block truncate text-tiny text-ink-2">
              {problem?.message ??
                [
                  quantization,
                  context_window === null ? null : `${formatWindow(context_window)} context`,
                  memory_bytes === null ? null : `${formatBytes(memory_bytes)} memory`,
                ]
                  .filter(Boolean)
                  .join(' · ')}
            </span>
          </span>
          {id === chosen ? <Check size={15} aria-label="chosen" className="shrink-0 text-accent" /> : null}
        </Command.Item>
      ))}
    </SearchList>
  );
}
