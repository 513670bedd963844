import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { classes } from './classes.ts';

const LOOKS = {
  /** The one filled button of a screen. */
  primary: 'bg-ink text-bg hover:bg-ink/88 border-transparent',
  outline: 'bg-surface text-ink border-line hover:border-line-strong',
  quiet: 'border-transparent text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-line hover:bg-bad-soft hover:border-bad/40',
} as const;

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  look?: keyof typeof LOOKS;
  size?: 'medium' | 'small';
  icon?: LucideIcon;
  children: ReactNode;
}

/** A button with words; an icon alone is an `IconButton`. */
export function Button({
  look = 'outline',
  size = 'medium',
  icon: Icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classes(
        'reach inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-control border text-small font-medium transition-colors disabled:pointer-events-none disabled:opacity-45',
        size === 'medium' ? 'h-8 px-3' : 'h-7 px-2.5',
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {Icon !== undefined && <Icon size={16} aria-hidden="true" className="-ml-0.5" />}
      {children}
    </button>
  );
}
