'use client';

import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useRef, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useOnce } from './use-once.ts';

const PopoverPopup = lazy(() =>
  fetchPart(() => import('./popover-popup.tsx')).then((module) => ({ default: module.PopoverPopup })),
);

interface PopoverProps {
  /** One button that opens it, without a press handler of its own. */
  trigger: ReactElement<Record<string, unknown>>;
  /** Read out as the popup's name. */
  title: string;
  children: ReactNode;
  /** Both or neither: to open it from elsewhere too. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  side?: 'top' | 'bottom';
  align?: 'start' | 'center' | 'end';
  /** Width and padding; 320 px and 12 px when absent. */
  className?: string;
}

/** A small surface beside its button; not modal. Its popup is fetched when it is first opened. */
export function Popover({ trigger, title, children, onOpenChange, ...options }: PopoverProps) {
  const button = useRef<HTMLElement>(null);
  const [inner, setInner] = useState(false);
  const open = options.open ?? inner;
  const wanted = useOnce(open);
  const change = (next: boolean) => {
    setInner(next);
    onOpenChange?.(next);
  };
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'dialog',
        'aria-expanded': open,
        onClick: () => change(!open),
      })}
      {wanted && (
        <Suspense>
          <PopoverPopup
            open={open}
            onOpenChange={change}
            trigger={button}
            title={title}
            side={options.side ?? 'bottom'}
            align={options.align ?? 'end'}
            className={options.className ?? 'w-[min(320px,calc(100vw-16px))] p-3'}
          >
            {children}
          </PopoverPopup>
        </Suspense>
      )}
    </>
  );
}
