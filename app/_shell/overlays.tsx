'use client';

import { lazy, Suspense, useEffect, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useToasterWanted } from '#app/_ui/toast.ts';
import { useShellState } from './shell-state.ts';
import { useShortcut } from './shortcuts.ts';

const Palette = lazy(() =>
  fetchPart(() => import('./palette.tsx')).then((module) => ({ default: module.Palette })),
);
const Help = lazy(() =>
  fetchPart(() => import('./shortcut-help.tsx')).then((module) => ({ default: module.ShortcutHelp })),
);
const Toaster = lazy(() =>
  fetchPart(() => import('#app/_ui/toaster.tsx')).then((module) => ({ default: module.Toaster })),
);
const TooltipLayer = lazy(() =>
  fetchPart(() => import('#app/_ui/tooltip-layer.tsx')).then((module) => ({ default: module.TooltipLayer })),
);

/** What lies over every screen. All of it is fetched after the first paint, most of it when it is first wanted. */
export function Overlays() {
  const { palette, help } = useShellState();
  const toaster = useToasterWanted((state) => state.wanted);
  const [painted, setPainted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPainted(true), 300);
    return () => clearTimeout(timer);
  }, []);
  useShortcut('palette', () => useShellState.setState({ palette: true }));
  useShortcut('help', () => useShellState.setState({ help: true }));
  return (
    <Suspense>
      {palette && <Palette />}
      {help && <Help />}
      {toaster && <Toaster />}
      {painted && <TooltipLayer />}
    </Suspense>
  );
}
