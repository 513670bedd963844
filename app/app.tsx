'use client';

import type { ReactNode } from 'react';
import { Shell } from './_shell/shell.tsx';
import { features } from './features.ts';

/** Joins the rooms and the shell, on the browser's side of the layout: a slot holds components. */
export function App({ children }: { children: ReactNode }) {
  return <Shell features={features}>{children}</Shell>;
}
