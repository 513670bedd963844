'use client';

import type { LucideIcon } from 'lucide-react';
import { cloneElement, lazy, type MouseEvent, type ReactElement, Suspense, useRef, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useOnce } from './use-once.ts';

const MenuPopup = lazy(() =>
  fetchPart(() => import('./menu-popup.tsx')).then((module) => ({ default: module.MenuPopup })),
);

export type MenuEntry =
  | {
      label: string;
      run: () => void;
      icon?: LucideIcon;
      /** Id in the shortcut list, to show its key. */
      shortcut?: string;
      /** A second line in grey. */
      hint?: string;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
    }
  | { label: string; icon?: LucideIcon; entries: MenuEntry[] }
  | 'separator';

interface MenuProps {
  /** One button that opens it: usually an `IconButton` or `Button`, without a press handler of its own. */
  trigger: ReactElement<Record<string, unknown>>;
  entries: MenuEntry[];
  align?: 'start' | 'center' | 'end';
}

/** A button's menu. Its popup is fetched when it is first opened. */
export function Menu({ trigger, entries, align = 'end' }: MenuProps) {
  const button = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const wanted = useOnce(open);
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'menu',
        'aria-expanded': open,
        onClick: () => setOpen(!open),
      })}
      {wanted && (
        <Suspense>
          <MenuPopup
            open={open}
            onOpenChange={setOpen}
            trigger={button}
            point={null}
            entries={entries}
            align={align}
          />
        </Suspense>
      )}
    </>
  );
}

/** The same entries on a right click, a long press or the context menu key of its one child element. */
export function ContextMenu({
  entries,
  children,
}: {
  entries: MenuEntry[];
  children: ReactElement<Record<string, unknown>>;
}) {
  const place = useRef<HTMLElement>(null);
  const [point, setPoint] = useState({ x: 0, y: 0 });
  const [open, setOpen] = useState(false);
  const wanted = useOnce(open);
  const openMenu = (event: MouseEvent<HTMLElement>) => {
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0;
    setPoint(byKey ? { x: box.left + 16, y: box.bottom } : { x: event.clientX, y: event.clientY });
    setOpen(true);
  };
  return (
    <>
      {cloneElement(children, { ref: place, onContextMenu: openMenu })}
      {wanted && (
        <Suspense>
          <MenuPopup
            open={open}
            onOpenChange={setOpen}
            trigger={place}
            point={point}
            entries={entries}
            align="start"
          />
        </Suspense>
      )}
    </>
  );
}
