'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { ScreenFeature } from '#app/_shell/slots.tsx';

const ApiKeys = lazy(() =>
  fetchPart(() => import('./api-keys.tsx')).then((module) => ({ default: module.ApiKeys })),
);

export const openaiSlots: ScreenFeature = {
  name: 'openai',
  slots: { 'settings.section': [{ id: 'api-keys', title: 'API keys', content: Content }] },
};

function Content() {
  return (
    <Suspense>
      <ApiKeys />
    </Suspense>
  );
}
