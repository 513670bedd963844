'use client';

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { create } from 'zustand';
import { type Preferences, usePreferences } from '#app/_client/preferences.ts';
import { type KeyPress, matches } from './keys.ts';
import { SHORTCUTS, type Shortcut } from './shortcut-list.ts';

interface Registry {
  /** The innermost screen part comes last and wins. */
  handlers: Map<string, (() => void)[]>;
}

const useRegistry = create<Registry>(() => ({ handlers: new Map() }));

/** Runs `run` on the shortcut's keys, from the palette, and through `runShortcut`, while mounted and enabled. */
export function useShortcut(id: string, run: () => void, enabled = true): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => (enabled ? handle(id, () => latest.current()) : undefined), [id, enabled]);
}

/** As `useShortcut`, outside React. Returns what ends it. */
export function handle(id: string, run: () => void): () => void {
  const change = (edit: (runs: (() => void)[]) => (() => void)[]) =>
    useRegistry.setState(({ handlers }) => ({
      handlers: new Map(handlers).set(id, edit(handlers.get(id) ?? [])),
    }));
  change((runs) => [...runs, run]);
  return () => change((runs) => runs.filter((other) => other !== run));
}

/** True when something was there to handle it. */
export function runShortcut(id: string): boolean {
  const run = useRegistry.getState().handlers.get(id)?.at(-1);
  run?.();
  return run !== undefined;
}

/** The whole list with the keys in force, and whether each can run here and now. */
export function useShortcuts(): (Shortcut & { available: boolean })[] {
  const handlers = useRegistry((registry) => registry.handlers);
  const edited = usePreferences((preferences) => preferences.shortcuts);
  return useMemo(
    () =>
      SHORTCUTS.map((shortcut) => ({
        ...shortcut,
        keys: edited[shortcut.id] ?? shortcut.keys,
        available: (handlers.get(shortcut.id)?.length ?? 0) > 0,
      })),
    [handlers, edited],
  );
}

/** The first keys of a shortcut, for a tooltip; undefined when it has none. */
export function useKeys(id: string | undefined): string | undefined {
  const edited = usePreferences((preferences) => (id === undefined ? undefined : preferences.shortcuts[id]));
  if (id === undefined) return undefined;
  return (edited ?? SHORTCUTS.find((shortcut) => shortcut.id === id)?.keys)?.[0];
}

/** False on the server and in the first render, so that both agree. */
export function useIsMac(): boolean {
  return useSyncExternalStore(noChange, isMac, () => false);
}

/** Handles one key press. Returns whether it was taken. Dialogs, popups and input methods keep their keys. */
export function press(event: KeyPress & Pick<KeyboardEvent, 'isComposing' | 'target' | 'keyCode'>): boolean {
  // 229 is what Safari sends for the Enter that ends a composition.
  if (event.isComposing || event.keyCode === 229 || openDialog()) return false;
  const edited: Preferences['shortcuts'] = usePreferences.getState().shortcuts;
  const field = isField(event.target);
  const typing = field && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (scrolls(event)) return false;
  for (const shortcut of SHORTCUTS) {
    const keys = edited[shortcut.id] ?? shortcut.keys;
    const allowed = shortcut.inFields === true || (shortcut.neverInFields === true ? !field : !typing);
    const hit = keys.some((one) => (allowed || one === 'shift+escape') && matches(event, one, isMac()));
    if (hit && shortcut.shownOnly !== true && runShortcut(shortcut.id)) return true;
  }
  return false;
}

function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}

function noChange(): () => void {
  return () => undefined;
}

function openDialog(): boolean {
  return (
    document.querySelector(
      '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"][data-open]',
    ) !== null
  );
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}

/** Arrow keys scroll what the keyboard has gone to; a click there leaves them to the shortcuts. */
function scrolls({ key, target }: KeyPress & Pick<KeyboardEvent, 'target'>): boolean {
  const there = target instanceof HTMLElement && target.matches('pre, [data-scrolls]');
  return there && key.startsWith('Arrow') && target.matches(':focus-visible');
}
