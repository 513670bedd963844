'use client';

import { usePathname, useRouter } from 'next/navigation';
import { lazy, Suspense, useEffect, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { forgetFocus, useFocusWanted } from '../focus-wanted.ts';
import { readGraphPlace, showGraph } from '../graph/graph-place.ts';
import { TypedAhead } from './typed-ahead.tsx';

const GoTo = lazy(() => fetchPart(() => import('./go-to.tsx')).then((module) => ({ default: module.GoTo })));

/** The keys and palette entries of code that work on every screen. */
export function CodeCommands() {
  const router = useRouter();
  const path = usePathname();
  const [wanted, setWanted] = useState<{ what: 'file' | 'symbol'; back: HTMLElement | null } | null>(null);
  useEffect(() => {
    // The way to the search led elsewhere.
    if (!path.startsWith('/workspaces')) forgetFocus();
  }, [path]);
  // Where the box is on the screen, it answers to its key itself.
  useShortcut('code.search', () => {
    useFocusWanted.setState({ box: true });
    if (!path.startsWith('/workspaces')) router.push('/workspaces');
    else if (readGraphPlace(new URLSearchParams(location.search)).view !== null) showGraph({ view: null });
  });
  const goTo = (what: 'file' | 'symbol') => {
    const { activeElement } = document;
    setWanted({ what, back: activeElement instanceof HTMLElement ? activeElement : null });
    useFocusWanted.setState({ names: true });
  };
  useShortcut('code.file', () => goTo('file'));
  useShortcut('code.symbol', () => goTo('symbol'));
  return (
    <>
      <TypedAhead />
      {wanted !== null && (
        <Suspense>
          <GoTo {...wanted} onClose={() => setWanted(null)} />
        </Suspense>
      )}
    </>
  );
}
