'use client';

import { create } from 'zustand';
import { PREFERENCES_KEY } from './preferences-key.ts';
import { API, apiFetch } from './api.ts';

/** What a person chose once for every screen. Widths in CSS pixels; `accent` is a hue in degrees, null for the default. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  accent: number | null;
  enterSends: boolean;
  advanced: boolean;
  sidebarOpen: boolean;
  panelOpen: boolean;
  sidebarWidth: number;
  panelWidth: number;
  /** Keys by shortcut id, where they differ from the list. */
  shortcuts: Record<string, string[]>;
}

export const DEFAULT_PREFERENCES: Preferences = {
  theme: 'system',
  accent: null,
  enterSends: true,
  advanced: false,
  sidebarOpen: true,
  panelOpen: true,
  sidebarWidth: 264,
  panelWidth: 296,
  shortcuts: {},
};

export const usePreferences = create<Preferences>(() => DEFAULT_PREFERENCES);

/** Changes one preference here at once, and on the daemon; a failed save is thrown for the caller to show. */
export async function setPreference<Key extends keyof Preferences>(
  key: Key,
  value: Preferences[Key],
): Promise<void> {
  usePreferences.setState({ [key]: value });
  remember();
  await apiFetch(`${API}/settings`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ [key]: value }),
  });
}

/** Takes what this browser remembers, before the daemon has answered. */
export function recallPreferences(): void {
  try {
    adopt(JSON.parse(localStorage.getItem(PREFERENCES_KEY) ?? '{}'));
  } catch {
    // Someone else's text under our key is no reason not to start: the daemon's copy follows.
    localStorage.removeItem(PREFERENCES_KEY);
  }
}

/** Takes what the daemon keeps. Errors: those of `apiFetch`. */
export async function loadPreferences(): Promise<void> {
  const body: unknown = await (await apiFetch(`${API}/settings`)).json();
  if (typeof body === 'object' && body !== null && 'preferences' in body) adoptPreferences(body.preferences);
}

/** Takes the daemon's copy as it came by request or event; what it does not name is the default. */
export function adoptPreferences(stored: unknown): void {
  usePreferences.setState(DEFAULT_PREFERENCES);
  adopt(stored);
  remember();
}

/** Takes the known keys whose value has the type of the default; anything else is left as it is. */
function adopt(stored: unknown): void {
  if (typeof stored !== 'object' || stored === null) return;
  const known = Object.entries(stored).filter(([key, value]) => {
    const fallback: unknown = Reflect.get(DEFAULT_PREFERENCES, key);
    if (key === 'accent') return value === null || typeof value === 'number';
    return fallback !== undefined && typeof value === typeof fallback && value !== null;
  });
  usePreferences.setState(Object.fromEntries(known));
}

function remember(): void {
  localStorage.setItem(PREFERENCES_KEY, JSON.stringify(usePreferences.getState()));
}
