'use client';

import { create } from 'zustand';
import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { notifyError } from '#app/_ui/toast.ts';

interface ShellState {
  /** The sheets that stand for the columns where the page is narrow. */
  sidebarSheet: boolean;
  panelSheet: boolean;
  panelTab: string | null;
  palette: boolean;
  help: boolean;
}

export const useShellState = create<ShellState>(() => ({
  sidebarSheet: false,
  panelSheet: false,
  panelTab: null,
  palette: false,
  help: false,
}));

/** Shows or hides the sidebar: the column, or the sheet where there is no room for one. */
export function toggleSidebar(): void {
  if (isWide('md')) setPreference('sidebarOpen', !usePreferences.getState().sidebarOpen).catch(notifyError);
  else useShellState.setState(({ sidebarSheet }) => ({ sidebarSheet: !sidebarSheet }));
}

export function togglePanel(): void {
  if (isWide('lg')) setPreference('panelOpen', !usePreferences.getState().panelOpen).catch(notifyError);
  else useShellState.setState(({ panelSheet }) => ({ panelSheet: !panelSheet }));
}

/** Opens the right panel at a tab, e.g. `showPanel('logs')`. */
export function showPanel(tab: string): void {
  useShellState.setState({ panelTab: tab, panelSheet: !isWide('lg') });
  if (isWide('lg') && !usePreferences.getState().panelOpen)
    setPreference('panelOpen', true).catch(notifyError);
}

/** The breakpoints of globals.css. */
function isWide(breakpoint: 'md' | 'lg'): boolean {
  return matchMedia(`(min-width: ${breakpoint === 'md' ? 48 : 70}rem)`).matches;
}
