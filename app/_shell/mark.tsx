/** The app's mark: also public/icon.svg. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" className="shrink-0">
      <rect width="20" height="20" rx="5" fill="var(--accent)" />
      <path
        d="M4.5 14V6.2l3.4 4.6 3.4-4.6V14M15 6v8"
        fill="none"
        stroke="var(--accent-ink)"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
