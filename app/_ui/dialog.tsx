'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { DialogProps } from './dialog-popup.tsx';
import { useOnce } from './use-once.ts';

const DialogPopup = lazy(() =>
  fetchPart(() => import('./dialog-popup.tsx')).then((module) => ({ default: module.DialogPopup })),
);

/** A modal question or form. Esc, the cross and a press outside close it. */
export function Dialog(props: DialogProps) {
  if (!useOnce(props.open)) return null;
  return (
    <Suspense>
      <DialogPopup {...props} />
    </Suspense>
  );
}
