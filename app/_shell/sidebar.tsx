'use client';

import { PanelLeft } from 'lucide-react';
import Link from 'next/link';
import { usePreferences } from '#app/_client/preferences.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Sheet } from '#app/_ui/sheet.tsx';
import { Mark } from './mark.tsx';
import { ResizeHandle } from './resize-handle.tsx';
import { toggleSidebar, useShellState } from './shell-state.ts';
import { useShortcut } from './shortcuts.ts';
import { SidebarActions } from './sidebar-actions.tsx';
import { SidebarNavigation } from './sidebar-navigation.tsx';
import { useSlot } from './slots.tsx';

/** The column at the left, or a sheet on a phone. Empty but in place until `ready`. */
export function Sidebar({ ready }: { ready: boolean }) {
  const open = usePreferences((preferences) => preferences.sidebarOpen);
  const width = usePreferences((preferences) => preferences.sidebarWidth);
  const sheet = useShellState((state) => state.sidebarSheet);
  useShortcut('sidebar', toggleSidebar);
  return (
    <>
      {open && (
        <div
          style={{ width }}
          className="relative hidden shrink-0 flex-col border-r border-line bg-sunken md:flex"
        >
          {ready && <Contents toggleLabel="Hide the sidebar" />}
          <ResizeHandle edge="right" preference="sidebarWidth" min={200} max={420} />
        </div>
      )}
      <Sheet
        open={sheet}
        onOpenChange={(next) => useShellState.setState({ sidebarSheet: next })}
        side="left"
        title="Sidebar"
      >
        <div className="flex min-h-0 flex-1 flex-col bg-sunken">
          <Contents toggleLabel="Close the sidebar" />
        </div>
      </Sheet>
    </>
  );
}

function Contents({ toggleLabel }: { toggleLabel: string }) {
  const lists = useSlot('sidebar.list');
  const footers = useSlot('sidebar.footer');
  return (
    <>
      <div className="flex h-[55px] shrink-0 items-center gap-2 px-3">
        <Link href="/" className="flex min-w-0 flex-1 items-center gap-2.5 rounded-control px-1.5 py-1">
          <Mark />
          <span className="truncate text-heading font-semibold">MLX Code</span>
        </Link>
        <IconButton icon={PanelLeft} label={toggleLabel} shortcut="sidebar" onClick={toggleSidebar} />
      </div>
      <SidebarActions />
      <SidebarNavigation />
      <div className="flex min-h-0 flex-1 flex-col">
        {lists.map(({ id, content: Content }) => (
          <Content key={id} />
        ))}
      </div>
      {footers.length > 0 && (
        <div className="mx-3 shrink-0 border-t border-line py-2.5">
          {footers.map(({ id, content: Content }) => (
            <Content key={id} />
          ))}
        </div>
      )}
    </>
  );
}
