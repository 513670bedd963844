'use client';

import { ContextMenu as Context } from '@base-ui/react/context-menu';
import { Menu as Base } from '@base-ui/react/menu';
import type { LucideIcon } from 'lucide-react';
import { Check } from 'lucide-react';
import type { ReactElement } from 'react';
import { useKeys } from '#app/_shell/shortcuts.ts';
import { classes } from './classes.ts';
import { Kbd } from './kbd.tsx';

export type MenuEntry =
  | {
      label: string;
      run: () => void;
      icon?: LucideIcon;
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
  /** One element that opens it: usually an `IconButton` or `Button`. */
  trigger: ReactElement;
  entries: MenuEntry[];
  align?: 'start' | 'center' | 'end';
}

const POPUP =
  'fades min-w-48 max-w-80 rounded-card border border-line bg-surface p-1 text-small shadow-raised outline-none max-h-[min(70vh,480px)] overflow-y-auto';
const ITEM =
  'flex min-h-8 cursor-default select-none items-center gap-2.5 rounded-control px-2 py-1 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover';

/** A button's menu. */
export function Menu({ trigger, entries, align = 'end' }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className={POPUP}>
            <Entries entries={entries} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** The same entries on a right click, a long press or the context menu key of `children`. */
export function ContextMenu({ entries, children }: { entries: MenuEntry[]; children: ReactElement }) {
  return (
    <Context.Root>
      <Context.Trigger render={children} />
      <Context.Portal>
        <Context.Positioner className="z-50 outline-none">
          <Context.Popup className={POPUP}>
            <Entries entries={entries} />
          </Context.Popup>
        </Context.Positioner>
      </Context.Portal>
    </Context.Root>
  );
}

function Entries({ entries }: { entries: MenuEntry[] }) {
  return entries.map((entry, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: separators have no other name
    if (entry === 'separator') return <Base.Separator key={index} className="mx-1 my-1 h-px bg-line" />;
    if ('entries' in entry) return <Submenu key={entry.label} {...entry} />;
    return <Item key={entry.label} entry={entry} />;
  });
}

function Item({ entry }: { entry: Extract<MenuEntry, { run: () => void }> }) {
  const keys = useKeys(entry.shortcut);
  const Icon = entry.icon;
  return (
    <Base.Item
      onClick={entry.run}
      disabled={entry.disabled}
      className={classes(ITEM, entry.danger === true && 'text-bad')}
    >
      {Icon !== undefined && (
        <Icon size={15} aria-hidden="true" className={entry.danger === true ? '' : 'text-ink-2'} />
      )}
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
