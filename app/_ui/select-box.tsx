'use client';

import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { classes } from './classes.ts';
import { SELECT_TRIGGER } from './select-trigger.ts';

export interface SelectBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string; hint?: string }[];
  disabled?: boolean | undefined;
}

/** The control itself, with its popup. */
export function SelectBox({ label, value, onChange, options, disabled }: SelectBoxProps) {
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled}
      modal={false}
    >
      <Base.Trigger aria-label={label} className={classes('reach', SELECT_TRIGGER)}>
        <Base.Value />
        <Base.Icon>
          <ChevronDown size={14} aria-hidden="true" className="text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner
          sideOffset={4}
          alignItemWithTrigger={false}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup className="fades max-h-[var(--available-height)] min-w-[var(--anchor-width)] overflow-y-auto rounded-card border border-line bg-surface p-1 text-small shadow-raised outline-none">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-8 cursor-default select-none items-center gap-2 rounded-control px-2 py-1 outline-none data-[highlighted]:bg-hover"
                >
                  <span className="min-w-0 flex-1">
                    <Base.ItemText>{option.label}</Base.ItemText>
                    {option.hint !== undefined && (
                      <span className="block text-tiny text-ink-3">{option.hint}</span>
                    )}
                  </span>
                  <Base.ItemIndicator>
                    <Check size={15} aria-hidden="true" className="text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
