'use client';

import { ChevronDown } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { Popover } from '#app/_ui/popover.tsx';
import { useModels } from '../use-models.ts';

const ModelSearch = dynamic(
  () => fetchPart(() => import('./model-search.tsx')).then((module) => module.ModelSearch),
  { loading: () => <p className="p-3 text-ink-3">Reading the models</p> },
);

interface ModelChoiceProps {
  label: string;
  modelId: string | null;
  onChoose: (id: string) => void;
}

/** The model of a contestant. Choosing does not load it: the comparison loads each when its turn comes. */
export function ModelChoice({ label, modelId, onChoose }: ModelChoiceProps) {
  const [open, setOpen] = useState(false);
  const { models } = useModels();
  const model = models.find((one) => one.id === modelId);
  return (
    <Popover
      title="Models"
      open={open}
      onOpenChange={setOpen}
      align="start"
      className="w-[min(420px,calc(100vw-16px))]"
      trigger={
        <button
          type="button"
          className="reach flex h-8 min-w-0 flex-1 items-center gap-2 rounded-control border border-line bg-surface px-2.5 text-small transition-colors hover:border-line-strong"
        >
          <span className="sr-only">{label}: </span>
          <span className="min-w-0 truncate font-medium">{model?.name ?? modelId ?? 'Choose a model'}</span>
          <span className="figures flex-1 truncate text-left text-tiny text-ink-3">
            {model?.quantization ?? ''}
          </span>
          <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
        </button>
      }
    >
      {open ? (
        <ModelSearch
          chosen={modelId}
          onChoose={(id) => {
            onChoose(id);
            setOpen(false);
          }}
        />
      ) : null}
    </Popover>
  );
}
