'use client';

import { Command } from 'cmdk';
import { Check, Pin } from 'lucide-react';
import { formatBytes, formatWindow } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import type { Model, Resident } from '#server/features/models/contract.ts';
import { modelColor } from './model-color.ts';

interface ModelRowProps {
  model: Model;
  resident: Resident | undefined;
  chosen: boolean;
  onChoose: () => void;
}

/** One model to choose: name, size, quantization, context, memory, and whether it is loaded. */
export function ModelRow({ model, resident, chosen, onChoose }: ModelRowProps) {
  const { name, usable, problem, quantization, context_window, size_bytes, memory_bytes, fits, source } =
    model;
  const loading = resident !== undefined && ['starting', 'loading', 'restarting'].includes(resident.state);
  const loaded = resident?.state === 'ready';
  const facts = [
    source === 'built_in' ? 'built in' : formatBytes(size_bytes),
    quantization,
    context_window === null ? null : `${formatWindow(context_window)} context`,
    memory_bytes === null ? null : `${formatBytes(memory_bytes)} memory`,
  ].filter(Boolean);
  return (
    <Command.Item
      value={model.id}
      keywords={[name, quantization ?? '', model.architecture ?? '']}
      disabled={!usable}
      onSelect={onChoose}
      className="flex cursor-default items-center gap-2.5 rounded-control px-2 py-1.5 data-[disabled=true]:opacity-60 data-[selected=true]:bg-hover"
    >
      <span
        aria-hidden="true"
        className={`size-2 shrink-0 rounded-full ${loaded ? modelColor(model.id) : 'border border-ink-3'}`}
      />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          {loaded ? <span className="text-tiny text-ink-2">loaded</span> : null}
          {model.pinned ? (
            <Pin
              size={13}
              role="img"
              aria-label="pinned: it stays in memory once it is loaded"
              className="shrink-0 text-ink-3"
            />
          ) : null}
          {fits === false && usable ? <span className="text-tiny text-ink-2">may not fit</span> : null}
        </span>
        <span className="figures block truncate text-tiny text-ink-2">
          {problem?.message ?? facts.join(' · ')}
        </span>
        {loading ? (
          <span className="mt-1 flex items-center gap-2 text-tiny text-ink-2">
            <Progress label={`Loading ${name}`} fraction={resident.fraction} className="flex-1" />
            <span className="figures">{Math.round(resident.fraction * 100)} %</span>
          </span>
        ) : null}
        {resident?.state === 'failed' ? (
          <span className="block text-tiny text-bad text-pretty">
            {resident.error?.message ?? 'It could not be loaded.'}
          </span>
        ) : null}
      </span>
      {chosen ? <Check size={15} aria-label="chosen" className="shrink-0 text-accent" /> : null}
    </Command.Item>
  );
}
