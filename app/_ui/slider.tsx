'use client';

import { Slider as Base } from '@base-ui/react/slider';
import { NumberField } from './number-field.tsx';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** While it moves. */
  onChange: (value: number) => void;
  /** Once it rests: save here. */
  onCommit?: (value: number) => void;
}

/** A number on a range: slide it or type it. */
export function Slider({ label, value, min, max, step, onChange, onCommit }: SliderProps) {
  return (
    <div className="flex items-center gap-3">
      <Base.Root
        value={value}
        min={min}
        max={max}
        step={step}
        onValueChange={(next) => onChange(next)}
        onValueCommitted={(next) => typeof next === 'number' && onCommit?.(next)}
        className="min-w-0 flex-1"
      >
        <Base.Control className="flex h-7 touch-none select-none items-center">
          <Base.Track className="h-1 w-full rounded-full bg-line">
            <Base.Indicator className="rounded-full bg-accent" />
            <Base.Thumb
              aria-label={label}
              className="size-3.5 rounded-full border border-line-strong bg-surface shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
            />
          </Base.Track>
        </Base.Control>
      </Base.Root>
      <NumberField
        label={label}
        value={value}
        min={min}
        max={max}
        step={step}
        onCommit={(next) => {
          if (next === null) return;
          onChange(next);
          onCommit?.(next);
        }}
      />
    </div>
  );
}
