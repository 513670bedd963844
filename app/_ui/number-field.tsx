'use client';

import { NumberField as Base } from '@base-ui/react/number-field';

interface NumberFieldProps {
  label: string;
  /** Null shows the placeholder: the default is in force. */
  value: number | null;
  min?: number;
  max?: number;
  step?: number;
  placeholder?: string;
  onCommit: (value: number | null) => void;
}

/** A number to type; arrow keys step, Shift by ten. Commits on Enter and on leaving. */
export function NumberField({ label, value, min, max, step = 1, placeholder, onCommit }: NumberFieldProps) {
  return (
    <Base.Root
      key={value}
      defaultValue={value ?? undefined}
      min={min}
      max={max}
      step={step}
      largeStep={step * 10}
      format={{ maximumFractionDigits: 4, useGrouping: false }}
      onValueCommitted={(next) => onCommit(next)}
    >
      <Base.Input
        aria-label={label}
        placeholder={placeholder}
        className="figures h-7 w-20 rounded-control border border-line bg-surface px-2 text-right text-tiny outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
    </Base.Root>
  );
}
