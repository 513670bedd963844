'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import { IconButton } from './icon-button.tsx';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Buttons, the filled one last. */
  actions?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}

export function DialogPopup({
  open,
  onOpenChange,
  title,
  description,
  actions,
  wide = false,
  children,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="fades fixed inset-0 z-40 bg-veil" />
        <Base.Popup
          className={classes(
            'fades fixed inset-x-3 top-[12vh] z-40 mx-auto flex max-h-[76vh] flex-col rounded-composer border border-line bg-surface shadow-raised outline-none',
            wide ? 'max-w-3xl' : 'max-w-md',
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-1">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-heading font-semibold">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="mt-1 text-small text-ink-2 text-pretty">
                  {description}
                </Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton icon={X} label="Close" size="small" className="-mr-1.5" />} />
          </header>
          <div className="min-h-0 overflow-y-auto px-5 py-3">{children}</div>
          {actions !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
              {actions}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
