'use client';

import { Switch as Base } from '@base-ui/react/switch';

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ label, checked, onChange, disabled }: SwitchProps) {
  return (
    <Base.Root
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onCheckedChange={(next) => onChange(next)}
      className="reach flex h-[18px] w-8 shrink-0 cursor-pointer items-center rounded-full bg-ink-3 p-0.5 transition-colors data-[checked]:bg-accent data-[disabled]:opacity-45"
    >
      <Base.Thumb className="size-3.5 rounded-full bg-surface transition-transform data-[checked]:translate-x-3.5" />
    </Base.Root>
  );
}
