import type { ReactNode } from 'react';

interface CardProps {
  title: string;
  /** At the right of the title: the figure that matters. */
  figure?: ReactNode;
  children?: ReactNode;
}

/** A card of the right panel. */
export function Card({ title, figure, children }: CardProps) {
  return (
    <section aria-label={title} className="mb-2.5 rounded-card border border-line bg-surface px-3 py-2.5">
      <header className="flex items-baseline justify-between gap-2">
        <h2 className="text-small font-medium">{title}</h2>
        {figure}
      </header>
      {children}
    </section>
  );
}
