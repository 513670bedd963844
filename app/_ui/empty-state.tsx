import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing is here: what would be, and how to get it. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-10 text-center">
      <Icon size={22} aria-hidden="true" className="text-ink-3" />
      <p className="mt-3 text-small font-medium">{title}</p>
      {children !== undefined && (
        <div className="mt-1 max-w-sm text-small text-ink-2 text-pretty">{children}</div>
      )}
      {actions !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
