'use client';

import { lazy, Suspense } from 'react';
import { create } from 'zustand';
import { fetchPart } from '#app/_client/part.ts';
import { Card } from '#app/_ui/card.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import type { MetricsSample } from '#server/features/metrics/contract.ts';
import type { Detail } from './api.ts';
import { Figure } from './figure.tsx';
import { type LiveMetrics, useCourse } from './use-metrics.ts';

const Chart = lazy(() =>
  fetchPart(() => import('./chart.tsx')).then((module) => ({ default: module.Chart })),
);

const SPANS: { value: Detail; label: string }[] = [
  { value: 'fine', label: '2 min' },
  { value: 'second', label: '1 h' },
  { value: 'minute', label: '1 day' },
  { value: 'quarter', label: '30 days' },
];

/** The span of time that is shown; it stays from screen to screen, each of which has a panel of its own. */
const useShownSpan = create<{ detail: Detail }>(() => ({ detail: 'fine' }));

interface DecodeCardProps {
  live: LiveMetrics | undefined;
  /** Of the last answer, shown while nothing is written. */
  lastRate: number | null;
}

/** How fast tokens come, over a span of time, and what is going on. */
export function DecodeCard({ live, lastRate }: DecodeCardProps) {
  const { detail } = useShownSpan();
  const course = useCourse(detail, live);
  const sample = live?.sample;
  const rate = sample !== undefined && sample.tokens_per_second > 0 ? sample.tokens_per_second : lastRate;
  return (
    <Card
      title="Decode"
      figure={
        <Figure
          value={rate?.toFixed(1)}
          unit="tok/s"
          meaning="Tokens per second over the last second, all answers together; while nothing is written, of the last answer"
        />
      }
    >
      <Suspense fallback={<div className="mt-2 h-[100px]" />}>
        <Chart label="Tokens per second" course={course} unit="tok/s" />
      </Suspense>
      <Segmented
        label="Time shown"
        value={detail}
        onChange={(next) => useShownSpan.setState({ detail: next })}
        options={SPANS}
      />
      {sample?.prefill ? <Prefill prefill={sample.prefill} /> : null}
      <p className="mt-1.5 text-tiny text-ink-3">{sample === undefined ? 'Measuring' : wordsOf(sample)}</p>
    </Card>
  );
}

function Prefill({ prefill: { done, total } }: { prefill: { done: number; total: number } }) {
  return (
    <div className="mt-2 flex items-center gap-3 text-tiny text-ink-2">
      <Progress label="Reading a prompt" fraction={total > 0 ? done / total : null} className="flex-1" />
      <span className="figures">
        {formatCount(done)} of {formatCount(total)}
      </span>
    </div>
  );
}

function wordsOf({ running, queued, prefill }: MetricsSample): string {
  if (running === 0) return 'Nothing is being written.';
  const parts = [`${running - queued} ${running - queued === 1 ? 'answer' : 'answers'} in progress`];
  if (queued > 0) parts.push(`${queued} waiting`);
  if (prefill !== null) parts.push('reading a prompt');
  return `${parts.join(', ')}.`;
}
