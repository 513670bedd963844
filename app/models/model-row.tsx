'use client';

import { CircleSlash } from 'lucide-react';
import { classes } from '#app/_ui/classes.ts';
import { CopyText } from '#app/_ui/copy-text.tsx';
import { formatShort, formatWindow, splitBytes } from '#app/_ui/format.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { Model, Resident } from '#server/features/models/contract.ts';
import { DraftSelect } from './draft-select.tsx';
import { modelColor } from './model-color.ts';
import { ModelAction } from './model-action.tsx';
import { PinButton } from './pin-button.tsx';
import { ResidentLine } from './resident-line.tsx';

const SOURCES: Record<Model['source'], string> = {
  built_in: 'built in',
  hugging_face: 'Hugging Face cache',
  lm_studio: 'LM Studio',
  own: 'downloaded here',
  added: 'added folder',
};

interface ModelRowProps {
  model: Model;
  resident: Resident | undefined;
  /** Among the resident ones, for its colour; -1 when it is not. */
  place: number;
  isDefault: boolean;
}

/** One model directory: what it is, what it costs, whether it fits, and the button for it. */
export function ModelRow({ model, resident, place, isDefault }: ModelRowProps) {
  return (
    <li
      className="border-b border-line px-3.5 py-2.5 last:border-b-0"
      style={{ contentVisibility: 'auto', containIntrinsicSize: 'auto 64px' }}
    >
      <div className="flex min-w-0 items-center gap-2">
        <Dot resident={resident} usable={model.usable} place={place} />
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-0.5">
          <h3 className="max-w-full truncate font-medium">{model.name}</h3>
          {model.quantization !== null && <Tag>{model.quantization}</Tag>}
          {isDefault && <Tag>default</Tag>}
        </div>
        {model.usable && <PinButton modelId={model.id} name={model.name} pinned={model.pinned} />}
        <ModelAction model={model} resident={resident} />
      </div>
      <div className="mt-0.5 flex flex-wrap items-center gap-x-4 gap-y-0.5 pl-4">
        <Figures model={model} />
      </div>
      <p className="mt-0.5 flex min-w-0 items-center gap-1.5 pl-4 text-tiny text-ink-3">
        <span className="shrink-0">{SOURCES[model.source]}</span>
        <span aria-hidden="true">·</span>
        <CopyText text={model.path} label="folder" />
      </p>
      {model.note !== null && <p className="mt-1 pl-4 text-tiny text-ink-2 text-pretty">{model.note}</p>}
      {model.problem !== null && (
        <p className="mt-1 pl-4 text-tiny text-bad text-pretty">{model.problem.message}</p>
      )}
      <DraftSelect model={model} />
      {resident !== undefined && <ResidentLine resident={resident} />}
    </li>
  );
}

function Dot({
  resident,
  usable,
  place,
}: {
  resident: Resident | undefined;
  usable: boolean;
  place: number;
}) {
  if (!usable) return <CircleSlash size={12} aria-hidden="true" className="-ml-0.5 text-bad" />;
  const color =
    resident === undefined ? 'bg-transparent ring-1 ring-line-strong ring-inset' : modelColor(place);
  return <span aria-hidden="true" className={classes('size-2 shrink-0 rounded-full', color)} />;
}

function Tag({ children }: { children: string }) {
  return (
    <span className="shrink-0 rounded-full border border-line bg-sunken px-2 py-px text-tiny text-ink-2">
      {children}
    </span>
  );
}

function Figures({ model }: { model: Model }) {
  const { parameters, context_window, size_bytes, memory_bytes, fits } = model;
  const [size, sizeUnit] = splitBytes(size_bytes);
  const [memory, memoryUnit] = splitBytes(memory_bytes ?? 0);
  return (
    <>
      {parameters !== null && (
        <Figure value={formatShort(parameters)} unit="params" meaning="Parameters of the model" />
      )}
      {context_window !== null && (
        <Figure
          value={formatWindow(context_window)}
          unit="context"
          meaning="Context window in tokens: prompt and answer together"
        />
      )}
      <Figure value={size} unit={sizeUnit} meaning="Size on the disk" />
      {memory_bytes !== null && (
        <Figure
          value={memory}
          unit={`${memoryUnit} memory`}
          meaning={
            fits === false
              ? 'Estimated memory once loaded: more than models may hold on this machine'
              : 'Estimated memory once loaded, with the cache of a usual conversation'
          }
          problem={fits === false}
        />
      )}
    </>
  );
}

interface FigureProps {
  value: string;
  unit: string;
  meaning: string;
  problem?: boolean;
}

function Figure({ value, unit, meaning, problem = false }: FigureProps) {
  return (
    <Tooltip text={meaning}>
      <span className={classes('figures whitespace-nowrap text-tiny', problem ? 'text-bad' : 'text-ink')}>
        {value}{' '}
        <span className={problem ? '' : 'text-ink-3'}>{problem ? `${unit}, does not fit` : unit}</span>
      </span>
    </Tooltip>
  );
}
