'use client';

import { Menu as MenuIcon, PanelLeft, PanelRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { usePreferences } from '#app/_client/preferences.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import type { Tab } from '#app/_ui/tabs.tsx';
import { RightPanel } from './right-panel.tsx';
import { showPanel, togglePanel, toggleSidebar } from './shell-state.ts';
import { useShortcut } from './shortcuts.ts';

interface ScreenProps {
  /** Names the screen in the browser's tab. */
  name: string;
  /** At the left of the header; `name` when absent. It may shrink and should truncate. */
  title?: ReactNode;
  /** At the right of the header. */
  actions?: ReactNode;
  /** Tabs of the right panel; without them there is none. */
  panel?: Tab[];
  /** Fills what is left and scrolls by itself. */
  children: ReactNode;
}

/** One room's page inside the frame: header, content, right panel. */
export function Screen({ name, title, actions, panel, children }: ScreenProps) {
  const sidebarOpen = usePreferences((preferences) => preferences.sidebarOpen);
  const panelOpen = usePreferences((preferences) => preferences.panelOpen);
  useShortcut('panel', togglePanel, panel !== undefined);
  useShortcut('logs', () => showPanel('logs'), panel !== undefined);
  return (
    <>
      <title>{`${name} · MLX Code`}</title>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line px-3 md:px-4">
          <IconButton
            icon={MenuIcon}
            label="Open the sidebar"
            shortcut="sidebar"
            onClick={toggleSidebar}
            className="-ml-1 md:hidden"
          />
          {!sidebarOpen && (
            <IconButton
              icon={PanelLeft}
              label="Show the sidebar"
              shortcut="sidebar"
              onClick={toggleSidebar}
              className="-ml-1 hidden md:inline-flex"
            />
          )}
          <div className="flex min-w-0 flex-1 items-center gap-2">
            {title ?? <h1 className="truncate text-heading font-semibold">{name}</h1>}
          </div>
          {actions}
          {panel !== undefined && (
            <IconButton
              icon={PanelRight}
              label={panelOpen ? 'Hide the right panel' : 'Show the right panel'}
              shortcut="panel"
              active={panelOpen}
              onClick={togglePanel}
              className="max-lg:bg-transparent"
            />
          )}
        </header>
        <div className="flex min-h-0 flex-1">
          <main id="content" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col outline-none">
            {children}
          </main>
          {panel !== undefined && <RightPanel tabs={panel} />}
        </div>
      </div>
    </>
  );
}
