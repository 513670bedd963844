import type { ReactNode } from 'react';

interface BlockProps {
  title: string;
  /** At the right of the title. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A titled card of the page. */
export function Block({ title, actions, children }: BlockProps) {
  return (
    <section aria-label={title} className="rounded-card border border-line bg-surface">
      <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-2">
        <h2 className="text-heading font-semibold">{title}</h2>
        {actions}
      </header>
      <div className="px-4 pb-4">{children}</div>
    </section>
  );
}
