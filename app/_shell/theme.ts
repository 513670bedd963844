'use client';

import { useEffect } from 'react';
import { usePreferences } from '#app/_client/preferences.ts';

/** Keeps the page's theme and accent as the preferences and the system have them. */
export function useAppearance(): void {
  const theme = usePreferences((preferences) => preferences.theme);
  const accent = usePreferences((preferences) => preferences.accent);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const dark = theme === 'dark' || (theme === 'system' && system.matches);
      document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
  useEffect(() => {
    const { style } = document.documentElement;
    if (accent === null) style.removeProperty('--hue');
    else style.setProperty('--hue', String(accent));
  }, [accent]);
}
