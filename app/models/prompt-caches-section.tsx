'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';

const PromptCachesForm = lazy(() =>
  fetchPart(() => import('./prompt-caches-form.tsx')).then((module) => ({
    default: module.PromptCachesForm,
  })),
);

/** The card of the settings about prompts on the disk; fetched with the settings. */
export function PromptCachesSection() {
  return (
    <Suspense>
      <PromptCachesForm />
    </Suspense>
  );
}
