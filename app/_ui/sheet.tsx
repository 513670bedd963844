'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { SheetProps } from './sheet-popup.tsx';
import { useOnce } from './use-once.ts';

const SheetPopup = lazy(() =>
  fetchPart(() => import('./sheet-popup.tsx')).then((module) => ({ default: module.SheetPopup })),
);

/** A column that lies over the page where the page is too narrow for it. */
export function Sheet(props: SheetProps) {
  if (!useOnce(props.open)) return null;
  return (
    <Suspense>
      <SheetPopup {...props} />
    </Suspense>
  );
}
