'use client';

import { ChevronDown } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { formatWindow } from '#app/_ui/format.ts';
import { Popover } from '#app/_ui/popover.tsx';
import { useModels } from '../use-models.ts';
import { modelColor } from './model-color.ts';

const ModelList = dynamic(
  () => fetchPart(() => import('./model-list.tsx')).then((module) => module.ModelList),
  {
    loading: () => <p className="p-3 text-ink-3">Reading the models</p>,
  },
);

interface ModelPickerProps {
  modelId: string | null;
  onChoose: (id: string) => void;
}

/** The model of this conversation, and the way to another one. */
export function ModelPicker({ modelId, onChoose }: ModelPickerProps) {
  const [open, setOpen] = useState(false);
  const { models = [], resident = [], default_model_id } = useModels();
  const model = models.find((one) => one.id === (modelId ?? default_model_id));
  const state = resident.find((one) => one.model_id === model?.id);
  useShortcut('conversation.model', () => setOpen(true));
  const facts = [
    model?.quantization,
    model?.context_window ? formatWindow(model.context_window) : null,
  ].filter(Boolean);
  const loading = state?.state === 'loading' || state?.state === 'starting';
  return (
    <Popover
      title="Models"
      open={open}
      onOpenChange={setOpen}
      className="w-[min(440px,calc(100vw-16px))]"
      trigger={
        <button
          type="button"
          className="reach flex h-8 min-w-0 max-w-72 shrink items-center gap-2 rounded-control border border-line bg-surface pr-2 pl-2.5 text-small transition-colors hover:border-line-strong"
        >
          <span
            aria-hidden="true"
            className={`size-2 shrink-0 rounded-full ${state?.state === 'ready' ? modelColor(model?.id ?? '') : 'border border-ink-3'}`}
          />
          <span className="sr-only">Model: </span>
          <span className="truncate font-medium max-sm:sr-only">{model?.name ?? 'Choose a model'}</span>
          <span className="figures hidden text-tiny whitespace-nowrap text-ink-3 sm:inline">
            {loading ? `loading ${Math.round(state.fraction * 100)} %` : facts.join(' · ')}
          </span>
          <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
        </button>
      }
    >
      {open ? (
        <ModelList
          chosen={model?.id ?? null}
          onChoose={(id) => {
            onChoose(id);
            setOpen(false);
          }}
        />
      ) : null}
    </Popover>
  );
}
