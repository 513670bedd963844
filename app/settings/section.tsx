import type { ReactNode } from 'react';

/** A card of settings that belong together. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 px-1 text-tiny text-ink-3">{title}</h2>
      <div className="rounded-card border border-line bg-surface">{children}</div>
    </section>
  );
}

interface RowProps {
  label: string;
  /** What it does, in a sentence. */
  hint?: ReactNode;
  /** The control, named by `label` itself. */
  children?: ReactNode;
}

export function Row({ label, hint, children }: RowProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-[1_1_220px]">
        <p className="font-medium">{label}</p>
        {hint !== undefined && <p className="mt-0.5 text-tiny text-ink-3 text-pretty">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
