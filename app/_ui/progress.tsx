import { classes } from './classes.ts';

interface ProgressProps {
  /** Always a word: what is going on. */
  label: string;
  /** 0 to 1; null when it cannot be known. */
  fraction: number | null;
  className?: string;
}

/** A bar for work that goes on. Without a known end the bar stays empty and the words say what happens. */
export function Progress({ label, fraction, className }: ProgressProps) {
  const percent = fraction === null ? undefined : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={classes('h-1 overflow-hidden rounded-full bg-line', className)}
    >
      <div
        className="h-full origin-left bg-accent transition-transform"
        style={{ transform: `scaleX(${(percent ?? 0) / 100})` }}
      />
    </div>
  );
}
