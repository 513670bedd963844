'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTopic } from '#app/_client/socket.ts';
import type { MetricsEvents, MetricsSample } from '#server/features/metrics/contract.ts';
import { type Detail, metricsApi, modelsApi } from './api.ts';
import { type Course, coarseCourse, EMPTY, extended, fineCourse, joined } from './course.ts';

/** Milliseconds after which courses of longer spans are asked for again. */
const FRESH = { fine: false, second: 10_000, minute: 60_000, quarter: 60_000 } as const;

const keyOf = (detail: Detail) => ['metrics', detail];

/** What was measured, at this detail. */
export function useHistory(detail: Detail) {
  return useQuery({
    queryKey: keyOf(detail),
    queryFn: async () => (await metricsApi.history.$get({ query: { detail } })).json(),
    refetchInterval: FRESH[detail],
    refetchOnMount: 'always',
  });
}

export interface LiveMetrics {
  sample: MetricsSample;
  /** Decoding over the last two minutes. */
  course: Course;
}

/** The state of things, as long as something on the page shows it: the daemon sends it to who listens only. */
export function useLiveMetrics(): LiveMetrics | undefined {
  const client = useQueryClient();
  const { data } = useHistory('fine');
  const [heard, setHeard] = useState<LiveMetrics>();
  useTopic<MetricsEvents>('metrics', {
    'metrics.sample': (sample) => {
      // An answer has ended: its figures are in the list that comes with the history.
      if (heard !== undefined && heard.sample.answers !== sample.answers)
        void client.invalidateQueries({ queryKey: ['metrics'] });
      setHeard((before) => ({
        sample,
        course: extended(before?.course ?? EMPTY, sample.at, sample.tokens_per_second),
      }));
    },
  });
  const history = useMemo(() => fineCourse(data?.points ?? []), [data]);
  const sample = heard?.sample ?? data?.now;
  const course = useMemo(() => joined(history, heard?.course ?? EMPTY), [history, heard]);
  return sample && { sample, course };
}

/** Decoding over the chosen span. */
export function useCourse(detail: Detail, live: LiveMetrics | undefined): Course {
  const { data } = useHistory(detail);
  const coarse = useMemo(() => coarseCourse(data?.points ?? []), [data]);
  return detail === 'fine' ? (live?.course ?? EMPTY) : coarse;
}

/** Names of models by id, from the list that the screens share. */
export function useModelNames(): (id: string) => string {
  const { data } = useQuery({
    queryKey: ['models'],
    queryFn: async () => (await modelsApi.$get({ query: { rescan: '0' } })).json(),
  });
  return (id) => data?.models.find((model) => model.id === id)?.name ?? id;
}
