'use client';

import { LogOut, Pin, PinOff, X } from 'lucide-react';
import { formatBytes } from '#app/_ui/format.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Meter } from '#app/_ui/meter.tsx';
import type { Resident } from '#server/features/models/contract.ts';
import { useModels } from '../use-models.ts';
import { modelColor } from './model-color.ts';

/** What is in memory, how much of it, and the way out for each. */
export function LoadedModels() {
  const { models = [], resident = [], memory, unload, pin } = useModels();
  if (memory === undefined) return null;
  const text = `${formatBytes(memory.resident_bytes)} of ${formatBytes(memory.budget_bytes)}`;
  return (
    <section aria-label="Memory of loaded models" className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-2 text-small">
        <h3 className="font-medium">Memory</h3>
        <span className="figures text-tiny text-ink-3">{text}</span>
      </div>
      <Meter
        label="Memory of loaded models"
        max={memory.budget_bytes}
        parts={resident.map((one) => ({ value: one.memory_bytes, color: modelColor(one.model_id) }))}
        valueText={text}
      />
      {resident.length === 0 ? (
        <p className="text-tiny text-ink-3">No model is loaded. The first question loads one.</p>
      ) : (
        <ul>
          {resident.map((one) => (
            <LoadedModel
              key={one.model_id}
              resident={one}
              name={models.find((model) => model.id === one.model_id)?.name ?? one.model_id}
              onUnload={() => unload(one.model_id)}
              onPin={(pinned) => pin({ model_id: one.model_id, pinned })}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface LoadedModelProps {
  resident: Resident;
  name: string;
  onUnload: () => void;
  onPin: (pinned: boolean) => void;
}

function LoadedModel({ resident, name, onUnload, onPin }: LoadedModelProps) {
  const { model_id, state, fraction, memory_bytes, pinned } = resident;
  const coming = state === 'starting' || state === 'loading';
  return (
    <li className="flex h-7 items-center gap-2 text-small text-ink-2">
      <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${modelColor(model_id)}`} />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      <span className="figures text-tiny text-ink-3">
        {state === 'ready'
          ? formatBytes(memory_bytes)
          : coming
            ? `loading ${Math.round(fraction * 100)} %`
            : state}
      </span>
      <IconButton
        icon={pinned ? PinOff : Pin}
        size="small"
        label={pinned ? `Unpin ${name}` : `Pin ${name}`}
        aria-pressed={pinned}
        active={pinned}
        onClick={() => onPin(!pinned)}
        className="-mr-1.5"
      />
      <IconButton
        icon={coming ? X : LogOut}
        size="small"
        label={coming ? `Cancel loading ${name}` : `Eject ${name}`}
        onClick={onUnload}
        className="-mr-1.5"
      />
    </li>
  );
}
