'use client';

import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { formatBytes } from '#app/_ui/format.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Meter } from '#app/_ui/meter.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import type { ModelsList } from './api.ts';
import { MemoryForm } from './memory-form.tsx';
import { modelColor } from './model-color.ts';
import { ResidentRow } from './resident-row.tsx';

/** What holds memory now, of what models may hold, and what a person decides about it. */
export function ResidentSection({ list }: { list: ModelsList }) {
  const { resident, memory, models } = list;
  const [editing, setEditing] = useState(false);
  const text = `${formatBytes(memory.resident_bytes)} of ${formatBytes(memory.budget_bytes)}`;
  const chosen = memory.budget_bytes !== memory.default_budget_bytes;
  return (
    <section aria-label="In memory" className="rounded-card border border-line bg-surface px-3.5 py-2.5">
      <div className="flex items-center gap-2">
        <h2 className="text-small font-medium">In memory</h2>
        <span className="flex-1" />
        <span className="figures text-tiny text-ink-2">{text}</span>
        <Popover
          title="Memory for models"
          open={editing}
          onOpenChange={setEditing}
          trigger={
            // The popover gives it its press.
            <IconButton icon={SlidersHorizontal} size="small" label="Memory budget and idle time" />
          }
        >
          <MemoryForm memory={memory} onDone={() => setEditing(false)} />
        </Popover>
      </div>
      <Meter
        label="Memory held by models"
        className="mt-1.5 h-1.5"
        max={memory.budget_bytes}
        valueText={text}
        parts={resident.map((one, index) => ({ value: one.memory_bytes, color: modelColor(index) }))}
      />
      {resident.length === 0 ? (
        <p className="mt-2 text-tiny text-ink-3">No model is loaded. The first question loads one.</p>
      ) : (
        <ul aria-label="Loaded models" className="mt-1.5">
          {resident.map((one, index) => (
            <ResidentRow
              key={one.model_id}
              resident={one}
              place={index}
              name={models.find((model) => model.id === one.model_id)?.name ?? one.model_id}
            />
          ))}
        </ul>
      )}
      <p className="mt-1.5 text-tiny text-ink-3 text-pretty">
        {chosen ? 'Your budget' : 'Budget by default'} on a machine with {formatBytes(memory.total_bytes)}.{' '}
        {memory.idle_minutes === 0
          ? 'Models stay until another needs their room.'
          : `Models leave after ${formatMinutes(memory.idle_minutes)} without use; pinned ones stay.`}
      </p>
    </section>
  );
}

function formatMinutes(minutes: number): string {
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
