import { classes } from './classes.ts';

export interface MeterPart {
  value: number;
  /** A colour of the look: `bg-accent`, `bg-c1`, ... */
  color: string;
}

interface MeterProps {
  label: string;
  parts: MeterPart[];
  max: number;
  /** What a reader of the screen hears, e.g. `6.1 of 16 GB`. */
  valueText: string;
  className?: string;
}

/** A bar that measures: parts of a whole, in order. */
export function Meter({ label, parts, max, valueText, className }: MeterProps) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(total, max)}
      aria-valuetext={valueText}
      className={classes('flex h-1 gap-px overflow-hidden rounded-full bg-line', className)}
    >
      {parts.map((part, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are told apart by their place
          key={index}
          className={classes('h-full', part.color)}
          style={{ width: `${max > 0 ? Math.min(100, (part.value / max) * 100) : 0}%` }}
        />
      ))}
    </div>
  );
}
