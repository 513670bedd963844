'use client';

import { usePathname, useRouter } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { useFocusWanted } from '../focus-wanted.ts';

const GoTo = lazy(() => fetchPart(() => import('./go-to.tsx')).then((module) => ({ default: module.GoTo })));

/** The keys and palette entries of code that work on every screen. */
export function CodeCommands() {
  const router = useRouter();
  const path = usePathname();
  const [wanted, setWanted] = useState<'file' | 'symbol' | null>(null);
  // On the screen of code itself the box answers to its key.
  const here = path.startsWith('/workspaces');
  useShortcut(
    'code.search',
    () => {
      useFocusWanted.setState({ box: true });
      router.push('/workspaces');
    },
    !here,
  );
  useShortcut('code.file', () => setWanted('file'));
  useShortcut('code.symbol', () => setWanted('symbol'));
  if (wanted === null) return null;
  return (
    <Suspense>
      <GoTo what={wanted} onClose={() => setWanted(null)} />
    </Suspense>
  );
}
