'use client';

import { Popover as Base } from '@base-ui/react/popover';
import type { ReactNode, RefObject } from 'react';
import { classes } from './classes.ts';

interface PopoverPopupProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  trigger: RefObject<HTMLElement | null>;
  title: string;
  children: ReactNode;
  side: 'top' | 'bottom';
  align: 'start' | 'center' | 'end';
  className: string;
}

/** The part of a popover that is fetched when it first opens. */
export function PopoverPopup({ open, onOpenChange, trigger, title, children, ...look }: PopoverPopupProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next, { event }) => {
        // A press on the button closes by the button's own click, or it would open again.
        const onTrigger = event.target instanceof Node && trigger.current?.contains(event.target) === true;
        if (next || !onTrigger || event.type === 'keydown') onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner
          anchor={trigger}
          sideOffset={6}
          side={look.side}
          align={look.align}
          collisionPadding={8}
          className="z-40 outline-none"
        >
          <Base.Popup
            aria-label={title}
            finalFocus={trigger}
            className={classes(
              'fades max-h-[var(--available-height)] overflow-y-auto rounded-card border border-line bg-surface text-small shadow-raised outline-none',
              look.className,
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
