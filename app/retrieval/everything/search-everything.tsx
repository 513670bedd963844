'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { useWanted } from './wanted.ts';

const EverythingDialog = lazy(() =>
  fetchPart(() => import('./everything-dialog.tsx')).then((module) => ({ default: module.EverythingDialog })),
);

/** The key that searches all messages, from every screen. */
export function SearchEverything() {
  const wanted = useWanted((state) => state.wanted);
  useShortcut('everything.search', () => useWanted.setState({ wanted: { kind: 'search' } }));
  if (wanted === null) return null;
  return (
    <Suspense>
      <EverythingDialog wanted={wanted} onClose={() => useWanted.setState({ wanted: null })} />
    </Suspense>
  );
}
