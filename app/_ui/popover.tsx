'use client';

import { Popover as Base } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';

interface PopoverProps {
  trigger: ReactElement;
  /** Read out as the popup's name. */
  title: string;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  side?: 'top' | 'bottom';
  align?: 'start' | 'center' | 'end';
  /** Width and padding; 320 px and 12 px when absent. */
  className?: string;
}

/** A small surface beside its button; not modal. */
export function Popover({
  trigger,
  title,
  children,
  side,
  align = 'end',
  className,
  ...state
}: PopoverProps) {
  const { open, onOpenChange } = state;
  return (
    <Base.Root {...(open === undefined ? {} : { open })} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner
          sideOffset={6}
          side={side ?? 'bottom'}
          align={align}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <Base.Popup
            aria-label={title}
            className={classes(
              'fades max-h-[var(--available-height)] overflow-y-auto rounded-card border border-line bg-surface text-small shadow-raised outline-none',
              className ?? 'w-[min(320px,calc(100vw-16px))] p-3',
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
