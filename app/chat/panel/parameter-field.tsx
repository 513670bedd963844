'use client';

import { RotateCcw } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { NumberField } from '#app/_ui/number-field.tsx';
import type { NumberParameter } from './parameter-list.ts';

interface ParameterFieldProps {
  parameter: NumberParameter;
  /** Null: the model's own. */
  value: number | null;
  /** Why the last answer could not be given with it; null when it could. */
  problem: string | null;
  onCommit: (value: number | null) => void;
}

/** One sampling parameter: its number, what it does, and the way back to the model's own. */
export function ParameterField({ parameter, value, problem, onCommit }: ParameterFieldProps) {
  const { label, explanation, min, max, step } = parameter;
  return (
    <div className="mt-2.5">
      <div className="flex h-7 items-center gap-1">
        <span className="min-w-0 flex-1 truncate text-small">{label}</span>
        {value === null ? null : (
          <IconButton
            icon={RotateCcw}
            size="small"
            label={`Reset ${label.toLowerCase()}`}
            onClick={() => onCommit(null)}
          />
        )}
        <NumberField
          label={label}
          value={value}
          min={min}
          max={max}
          step={step}
          placeholder="default"
          onCommit={(next) => next !== value && onCommit(next)}
        />
      </div>
      <p className="mt-0.5 text-tiny text-ink-3 text-pretty">{explanation}</p>
      {problem === null ? null : (
        <p role="alert" className="mt-0.5 text-tiny text-bad text-pretty">
          {problem}
        </p>
      )}
    </div>
  );
}
