'use client';

import dynamic from 'next/dynamic';
import { fetchPart } from '#app/_client/part.ts';

/** What is being indexed, on every screen; it is no part of the first load. */
export const IndexingFooter = dynamic(
  () => fetchPart(() => import('./running-list.tsx')).then((module) => module.RunningList),
  { ssr: false },
);
