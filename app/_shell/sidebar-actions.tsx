'use client';

import { Search } from 'lucide-react';
import { Kbd } from '#app/_ui/kbd.tsx';
import { useShellState } from './shell-state.ts';
import { runShortcut, useKeys } from './shortcuts.ts';
import { type SlotContributions, useSlot } from './slots.tsx';

/** The buttons at the head of the sidebar: what rooms add, then the palette. */
export function SidebarActions() {
  const actions = useSlot('sidebar.action');
  const paletteKeys = useKeys('palette');
  return (
    <div className="flex shrink-0 flex-col gap-[2px] px-3">
      {actions.map((action) => (
        <ActionButton key={action.shortcut} action={action} />
      ))}
      <button
        type="button"
        onClick={() => useShellState.setState({ palette: true, sidebarSheet: false })}
        className="reach flex h-8 items-center gap-2.5 rounded-control px-2 text-ink-2 transition-colors hover:bg-hover hover:text-ink"
      >
        <Search size={16} aria-hidden="true" />
        <span className="flex-1 text-left">Search or run</span>
        {paletteKeys !== undefined && <Kbd keys={paletteKeys} />}
      </button>
    </div>
  );
}

function ActionButton({ action }: { action: SlotContributions['sidebar.action'] }) {
  const { shortcut, label, icon: Icon } = action;
  const keys = useKeys(shortcut);
  return (
    <button
      type="button"
      onClick={() => {
        useShellState.setState({ sidebarSheet: false });
        runShortcut(shortcut);
      }}
      className="reach flex h-[34px] items-center gap-2.5 rounded-control border border-line bg-surface px-2 font-medium transition-colors hover:border-line-strong"
    >
      <Icon size={16} aria-hidden="true" className="text-ink-2" />
      <span className="flex-1 text-left">{label}</span>
      {keys !== undefined && <Kbd keys={keys} />}
    </button>
  );
}
