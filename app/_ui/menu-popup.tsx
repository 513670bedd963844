'use client';

import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { RefObject } from 'react';
import { useKeys } from '#app/_shell/shortcuts.ts';
import { classes } from './classes.ts';
import { Kbd } from './kbd.tsx';
import type { MenuEntry } from './menu.tsx';

const POPUP =
  'fades min-w-48 max-w-80 rounded-card border border-line bg-surface p-1 text-small shadow-raised outline-none max-h-[min(70vh,480px)] overflow-y-auto';
const ITEM =
  'flex min-h-8 cursor-default select-none items-center gap-2.5 rounded-control px-2 py-1 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover';

interface MenuPopupProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What it was opened from: gets the focus back. */
  trigger: RefObject<HTMLElement | null>;
  /** Where it lies, when not at the trigger. */
  point: { x: number; y: number } | null;
  entries: MenuEntry[];
  align: 'start' | 'center' | 'end';
}

/** The part of a menu that is fetched when it first opens. */
export function MenuPopup({ open, onOpenChange, trigger, point, entries, align }: MenuPopupProps) {
  const anchor = point === null ? trigger : { getBoundingClientRect: () => new DOMRect(point.x, point.y) };
  return (
    <Base.Root
      open={open}
      modal={false}
      onOpenChange={(next, { event }) => {
        // A press on the button closes by the button's own click, or it would open again.
        const onTrigger = event.target instanceof Node && trigger.current?.contains(event.target) === true;
        if (next || point !== null || !onTrigger || event.type === 'keydown') onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Positioner
          anchor={anchor}
          sideOffset={point === null ? 4 : 0}
          align={point === null ? align : 'start'}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup finalFocus={trigger} className={POPUP}>
            <Entries entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entries({ entries }: { entries: MenuEntry[] }) {
  return entries.map((entry, index) => {
    if (entry === 'separator')
      return <Base.Separator key={`line ${index}`} className="mx-1 my-1 h-px bg-line" />;
    if ('entries' in entry) return <Submenu key={entry.label} {...entry} />;
    return <Item key={entry.label} entry={entry} />;
  });
}

function Item({ entry }: { entry: Extract<MenuEntry, { run: () => void }> }) {
  const keys = useKeys(entry.shortcut);
  const Icon = entry.icon;
  const danger = entry.danger === true;
  return (
    <Base.Item onClick={entry.run} disabled={entry.disabled} className={classes(ITEM, danger && 'text-bad')}>
      {Icon !== undefined && <Icon size={15} aria-hidden="true" className={danger ? '' : 'text-ink-2'} />}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{entry.label}</span>
        {entry.hint !== undefined && (
          <span className="block text-tiny text-ink-3 text-pretty">{entry.hint}</span>
        )}
      </span>
      {entry.checked === true && <Check size={15} aria-label="chosen" className="text-accent" />}
      {keys !== undefined && <Kbd keys={keys} />}
    </Base.Item>
  );
}

function Submenu({ label, icon: Icon, entries }: Extract<MenuEntry, { entries: MenuEntry[] }>) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={ITEM}>
        {Icon !== undefined && <Icon size={15} aria-hidden="true" className="text-ink-2" />}
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <span aria-hidden="true" className="text-ink-3">
          ›
        </span>
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner sideOffset={2} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className={POPUP}>
            <Entries entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}
