'use client';

import { X } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { usePreferences } from '#app/_client/preferences.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Sheet } from '#app/_ui/sheet.tsx';
import type { Tab } from '#app/_ui/tabs.tsx';
import { ResizeHandle } from './resize-handle.tsx';
import { useShellState } from './shell-state.ts';
import { useSlot } from './slots.tsx';

const Tabs = lazy(() =>
  fetchPart(() => import('#app/_ui/tabs.tsx')).then((module) => ({ default: module.Tabs })),
);

/** The column at the right, or a sheet where the page is narrow. Remembers its tab from screen to screen. */
export function RightPanel({ tabs }: { tabs: Tab[] }) {
  const open = usePreferences((preferences) => preferences.panelOpen);
  const width = usePreferences((preferences) => preferences.panelWidth);
  const { panelSheet, panelTab } = useShellState();
  const added = useSlot('panel.tab')
    .filter(({ id }) => !tabs.some((own) => own.id === id))
    .map(({ content: Content, ...tab }) => ({ ...tab, content: <Content /> }));
  const all = [...tabs, ...added];
  const chosen = all.find((tab) => tab.id === panelTab) ?? all[0];
  if (chosen === undefined) return null;
  const showSheet = (next: boolean) => useShellState.setState({ panelSheet: next });
  const body = (end?: ReactNode) => (
    <Suspense>
      <Tabs
        label="Right panel"
        tabs={all}
        value={chosen.id}
        onChange={(id) => useShellState.setState({ panelTab: id })}
        end={end}
      />
    </Suspense>
  );
  return (
    <>
      {open && (
        <aside
          aria-label="Right panel"
          style={{ width }}
          className="relative hidden shrink-0 flex-col border-l border-line lg:flex"
        >
          <ResizeHandle edge="left" preference="panelWidth" min={240} max={520} />
          {body()}
        </aside>
      )}
      <Sheet open={panelSheet} onOpenChange={showSheet} side="right" title="Right panel">
        {body(
          <IconButton icon={X} label="Close the right panel" size="small" onClick={() => showSheet(false)} />,
        )}
      </Sheet>
    </>
  );
}
