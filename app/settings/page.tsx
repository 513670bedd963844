'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { Screen } from '#app/_shell/screen.tsx';

const Sections = lazy(() =>
  fetchPart(() => import('./sections.tsx')).then((module) => ({ default: module.Sections })),
);

export default function SettingsPage() {
  return (
    <Screen name="Settings">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-2xl flex-col gap-6 px-3 py-5 md:px-5">
          <Suspense>
            <Sections />
          </Suspense>
        </div>
      </div>
    </Screen>
  );
}
