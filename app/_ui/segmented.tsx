'use client';

import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { LucideIcon } from 'lucide-react';

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: { value: Value; label: string; icon?: LucideIcon }[];
}

/** Two to four choices side by side, one of them in force. */
export function Segmented<Value extends string>({ label, value, onChange, options }: SegmentedProps<Value>) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next)}
      className="inline-flex gap-0.5 rounded-control bg-sunken p-0.5 ring-1 ring-line"
    >
      {options.map(({ value: option, label: name, icon: Icon }) => (
        <Radio.Root
          key={option}
          value={option}
          className="reach inline-flex h-7 items-center gap-1.5 rounded-key px-2.5 text-small text-ink-2 transition-colors hover:text-ink data-[checked]:bg-surface data-[checked]:font-medium data-[checked]:text-ink data-[checked]:shadow-card"
        >
          {Icon !== undefined && <Icon size={14} aria-hidden="true" />}
          {name}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
