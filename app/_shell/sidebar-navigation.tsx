'use client';

import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';
import { type DragEvent, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import { useShellState } from './shell-state.ts';
import { useShortcut } from './shortcuts.ts';
import { type DropOnScreen, type SlotContributions, useSlot } from './slots.tsx';

/** The screens. The one that is open is marked by more than colour. */
export function SidebarNavigation() {
  const items = useSlot('sidebar.item');
  return (
    <nav aria-label="Screens" className="mx-3 mt-[9px] flex shrink-0 flex-col border-b border-line pb-2">
      {items.map((item) => (
        <NavigationItem key={item.href} item={item} />
      ))}
    </nav>
  );
}

function NavigationItem({ item }: { item: SlotContributions['sidebar.item'] }) {
  const { href, label, icon: Icon, shortcut, drop } = item;
  const router = useRouter();
  const path = usePathname();
  const here = path === href || (path === '/' && href === '/chat');
  useShortcut(shortcut ?? '', () => router.push(href), shortcut !== undefined);
  const { over, ...handlers } = useDropOnScreen(drop);
  return (
    <Link
      {...handlers}
      href={href}
      prefetch={false}
      aria-current={here ? 'page' : undefined}
      onClick={() => useShellState.setState({ sidebarSheet: false })}
      className={classes(
        'reach flex h-[31px] items-center gap-2.5 rounded-control px-2 transition-colors',
        here ? 'bg-hover font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
        over && 'bg-hover ring-2 ring-accent',
      )}
    >
      <Icon size={16} aria-hidden="true" className={here ? 'text-accent' : ''} />
      {label}
    </Link>
  );
}

/** Handlers for what is dragged over the entry and dropped on it; `over` while it hangs there. */
function useDropOnScreen(drop: DropOnScreen | undefined) {
  const router = useRouter();
  const [over, setOver] = useState(false);
  if (drop === undefined) return { over };
  const takes = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes(drop.type);
  return {
    over,
    onDragOver: (event: DragEvent) => {
      if (!takes(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      const address = takes(event) ? drop.address(event.dataTransfer.getData(drop.type)) : null;
      if (address === null) return;
      event.preventDefault();
      router.push(address);
    },
  };
}
