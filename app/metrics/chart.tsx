'use client';

import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Course } from './course.ts';

interface ChartProps {
  label: string;
  course: Course;
  /** What a value is, e.g. `tok/s`. */
  unit: string;
}

const HEIGHT = 84;

/** A course over time, drawn on a canvas: a thousand points ten times a second cost a fraction of a frame. */
export function Chart({ label, course, unit }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const plot = useRef<UPlot>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const tell = (text: string) => {
      if (readout.current !== null) readout.current.textContent = text;
    };
    const drawn = new UPlot(optionsOf(element.clientWidth, unit, tell), [[], []], element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [unit]);
  useEffect(() => {
    plot.current?.setData([course.times, course.values]);
  }, [course]);
  const known = course.values.filter((value) => value !== null);
  const words =
    known.length === 0
      ? 'nothing was measured'
      : `${known.at(-1)?.toFixed(1)} ${unit}, at most ${Math.max(...known).toFixed(1)}`;
  return (
    <>
      <div role="img" aria-label={`${label}: ${words}`} ref={place} className="mt-2 h-[84px] w-full" />
      <p ref={readout} aria-hidden="true" className="figures h-4 text-right text-tiny text-ink-3" />
    </>
  );
}

function optionsOf(width: number, unit: string, tell: (text: string) => void): UPlot.Options {
  const axis = {
    stroke: () => color('--ink-3'),
    font: `11px ${color('--mono')}`,
    grid: { show: false },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [4, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
    axes: [
      { ...axis, size: 20, gap: 5, space: 70, values: (_, times) => times.map(clock) },
      { ...axis, size: 34, gap: 4, space: 28, grid: { show: true, stroke: () => color('--line'), width: 1 } },
    ],
    series: [
      {},
      {
        stroke: () => color('--accent'),
        fill: () => color('--accent').replace(/\)$/, ' / 0.12)'),
        width: 1.5,
        points: { show: false },
      },
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx }, data: [times, values] }) => {
          const time = times[idx ?? -1];
          const value = values?.[idx ?? -1];
          tell(
            time === undefined || value === undefined || value === null
              ? ''
              : `${clock(time)}  ${value.toFixed(1)} ${unit}`,
          );
        },
      ],
    },
  };
}

/** Asked anew at each drawing: the theme may have changed. */
function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function clock(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
