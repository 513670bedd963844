'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import type { ScreenFeature } from '#app/_shell/slots.tsx';

const LogPanel = lazy(() =>
  fetchPart(() => import('./log-panel.tsx')).then((module) => ({ default: module.LogPanel })),
);

export const logsSlots: ScreenFeature = {
  name: 'logs',
  slots: { 'panel.tab': [{ id: 'logs', label: 'Logs', content: LogTab }] },
};

function LogTab() {
  return (
    <Suspense>
      <LogPanel />
    </Suspense>
  );
}
