'use client';

import { Cpu } from 'lucide-react';
import Link from 'next/link';
import { splitBytes } from '#app/_ui/format.ts';
import { Meter } from '#app/_ui/meter.tsx';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import { modelColor } from './model-color.ts';
import { useModelEvents, useModels } from './queries.ts';

/** At the foot of the sidebar: how many models hold memory, and how much of what they may hold. */
export function ResidentFooter() {
  useModelEvents();
  const { data } = useModels();
  const resident = data?.resident ?? [];
  const memory = data?.memory;
  const [used, usedUnit] = splitBytes(memory?.resident_bytes ?? 0);
  const [budget, budgetUnit] = splitBytes(memory?.budget_bytes ?? 0);
  const sameUnit = usedUnit === budgetUnit || used === '0';
  const figures = `${used}${sameUnit ? '' : ` ${usedUnit}`} / ${budget} ${budgetUnit}`;
  const words = resident.length === 0 ? 'No model resident' : `${resident.length} resident`;
  return (
    <Tooltip text="Memory held by loaded models, of what they may hold on this machine">
      <Link
        href="/models"
        prefetch={false}
        className="block rounded-control px-2 py-1 text-ink-2 hover:text-ink"
      >
        <span className="flex items-center gap-2">
          <Cpu size={15} aria-hidden="true" />
          <span className="min-w-0 flex-1 truncate">{words}</span>
          {memory !== undefined && <span className="figures text-tiny">{figures}</span>}
        </span>
        <Meter
          label="Memory held by models"
          className="mt-2"
          max={memory?.budget_bytes ?? 0}
          valueText={figures}
          parts={resident.map((one, index) => ({ value: one.memory_bytes, color: modelColor(index) }))}
        />
      </Link>
    </Tooltip>
  );
}
