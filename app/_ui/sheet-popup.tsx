'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export interface SheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side: 'left' | 'right';
  /** Read out, not shown. */
  title: string;
  children: ReactNode;
}

export function SheetPopup({ open, onOpenChange, side, title, children }: SheetProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="fades fixed inset-0 z-40 bg-veil" />
        <Base.Popup
          className={classes(
            'fades fixed inset-y-0 z-40 flex w-[min(320px,86vw)] flex-col bg-bg shadow-raised outline-none',
            side === 'left' ? 'left-0 border-r border-line' : 'right-0 border-l border-line',
          )}
        >
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
