'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';

const EmbedderForm = lazy(() =>
  fetchPart(() => import('./embedder-form.tsx')).then((module) => ({ default: module.EmbedderForm })),
);

/** The card of the settings about the index of code; fetched with the settings. */
export function EmbedderSection() {
  return (
    <Suspense>
      <EmbedderForm />
    </Suspense>
  );
}
