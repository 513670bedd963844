'use client';

import { NumberField } from '#app/_ui/number-field.tsx';
import type { ContestantParameters } from '#server/features/compare/contract.ts';

interface NumberParameter {
  key: keyof ContestantParameters;
  label: string;
  min: number;
  max: number;
  step: number;
}

/** With the limits of the contract. */
const NUMBERS: NumberParameter[] = [
  { key: 'temperature', label: 'Temperature', min: 0, max: 5, step: 0.1 },
  { key: 'max_tokens', label: 'Longest answer', min: 1, max: 1_000_000, step: 256 },
  { key: 'top_p', label: 'Top p', min: 0.05, max: 1, step: 0.05 },
  { key: 'top_k', label: 'Top k', min: 0, max: 1_000_000, step: 1 },
  { key: 'min_p', label: 'Min p', min: 0, max: 1, step: 0.01 },
  { key: 'repetition_penalty', label: 'Repetition penalty', min: 0.05, max: 10, step: 0.05 },
  { key: 'seed', label: 'Seed', min: 0, max: 0xffffffff, step: 1 },
];

interface ContestantParametersFieldsProps {
  /** Of which contestant, for the fields' names. */
  of: string;
  value: ContestantParameters;
  onChange: (value: ContestantParameters) => void;
}

/** Sampling of one contestant; an empty field follows the model's own default. */
export function ContestantParametersFields({ of, value, onChange }: ContestantParametersFieldsProps) {
  const set = (key: keyof ContestantParameters, next: number | null) => {
    const { [key]: _, ...rest } = value;
    onChange(next === null ? rest : { ...rest, [key]: next });
  };
  return (
    <div className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
      {NUMBERS.map(({ key, label, min, max, step }) => (
        <div key={key} className="flex items-center justify-between gap-2">
          <span>{label}</span>
          <NumberField
            label={`${label} of ${of}`}
            value={value[key] ?? null}
            min={min}
            max={max}
            step={step}
            placeholder="default"
            onCommit={(next) => set(key, next)}
          />
        </div>
      ))}
    </div>
  );
}
