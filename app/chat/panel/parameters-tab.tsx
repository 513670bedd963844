'use client';

import { type ComponentProps, lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { ParametersPanel } from './parameters-panel.tsx';

const Panel = lazy(() =>
  fetchPart(() => import('./parameters-panel.tsx')).then((module) => ({ default: module.ParametersPanel })),
);

/** The parameters, whose many controls are fetched when their tab is first shown. */
export function ParametersTab(props: ComponentProps<typeof ParametersPanel>) {
  return (
    <Suspense>
      <Panel {...props} />
    </Suspense>
  );
}
