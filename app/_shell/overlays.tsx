'use client';

import dynamic from 'next/dynamic';
import { Toaster } from './toaster.tsx';
import { useShellState } from './shell-state.ts';
import { useShortcut } from './shortcuts.ts';

const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette));
const ShortcutHelp = dynamic(() => import('./shortcut-help.tsx').then((module) => module.ShortcutHelp));

/** What lies over every screen; the palette and the help are fetched when they are first opened. */
export function Overlays() {
  const { palette, help } = useShellState();
  useShortcut('palette', () => useShellState.setState({ palette: true }));
  useShortcut('help', () => useShellState.setState({ help: true }));
  return (
    <>
      {palette && <Palette />}
      {help && <ShortcutHelp />}
      <Toaster />
    </>
  );
}
