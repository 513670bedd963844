'use client';

import type { KeyboardEvent, PointerEvent } from 'react';
import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { notifyError } from '#app/_ui/toast.ts';

interface ResizeHandleProps {
  /** The edge of the column that it lies on. */
  edge: 'left' | 'right';
  preference: 'sidebarWidth' | 'panelWidth';
  min: number;
  max: number;
}

/** Drags a column wider or narrower; arrow keys step by 16 px. Saved when it rests. */
export function ResizeHandle({ edge, preference, min, max }: ResizeHandleProps) {
  const width = usePreferences((preferences) => preferences[preference]);
  const clamp = (value: number) => Math.round(Math.min(max, Math.max(min, value)));
  const save = (value: number) => setPreference(preference, clamp(value)).catch(notifyError);
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const handle = event.currentTarget;
    const start = event.clientX;
    const reach = (x: number) => clamp(width + (edge === 'right' ? x - start : start - x));
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => usePreferences.setState({ [preference]: reach(move.clientX) });
    handle.onpointerup = (up) => {
      handle.onpointermove = null;
      handle.onpointerup = null;
      void save(reach(up.clientX));
    };
  };
  const step = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    void save(width + (edge === 'right' ? direction : -direction));
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={preference === 'sidebarWidth' ? 'Width of the sidebar' : 'Width of the right panel'}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a focusable separator is a window splitter
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={step}
      className={`absolute inset-y-0 z-10 w-1.5 cursor-col-resize touch-none transition-colors hover:bg-accent/25 focus-visible:bg-accent/40 ${edge === 'right' ? '-right-[3px]' : '-left-[3px]'}`}
    />
  );
}
