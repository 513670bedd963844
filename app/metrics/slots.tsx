'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { ScreenFeature } from '#app/_shell/slots.tsx';

const MetricsCards = lazy(() =>
  fetchPart(() => import('./metrics-cards.tsx')).then((module) => ({ default: module.MetricsCards })),
);

/** A tab of every screen; a screen with a metrics tab of its own shows the cards in there. */
export const metricsSlots: ScreenFeature = {
  name: 'metrics',
  slots: {
    'panel.tab': [{ id: 'metrics', label: 'Metrics', content: Cards }],
    'metrics.card': [{ id: 'machine', content: Cards }],
  },
};

function Cards() {
  return (
    <Suspense>
      <MetricsCards />
    </Suspense>
  );
}
