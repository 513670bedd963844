interface GaugeProps {
  /** 0 to 1; more than 1 is shown full and in red. */
  fraction: number;
  /** Without one it is only seen: what stands beside it says the same. */
  label?: string;
  size?: number;
}

/** A small ring that fills, as for the context window. */
export function Gauge({ fraction, label, size = 16 }: GaugeProps) {
  const radius = 6;
  const around = 2 * Math.PI * radius;
  const shown = Math.min(1, Math.max(0, fraction));
  const color = fraction > 1 ? 'text-bad' : fraction > 0.85 ? 'text-warn' : 'text-accent';
  return (
    <svg
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      className={`${color} -rotate-90 shrink-0`}
    >
      <circle cx="8" cy="8" r={radius} fill="none" stroke="var(--line-strong)" strokeWidth="2.5" />
      <circle
        cx="8"
        cy="8"
        r={radius}
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeDasharray={`${shown * around} ${around}`}
      />
    </svg>
  );
}
