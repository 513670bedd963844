'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { measureApi } from './measure-api.ts';
import { isUnderWay } from './measure-text.ts';

const KEY = ['workspaces', 'measurements'];
/** Milliseconds between two looks at one that runs: it tells its progress about that often. */
const LOOK_EVERY = 1000;

/** What was measured, newest first; asked for every second while one is under way. */
export function useMeasurements() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: measureApi.list,
    refetchOnMount: 'always',
    refetchInterval: ({ state }) => (state.data?.measurements.some(isUnderWay) ? LOOK_EVERY : false),
  });
  const runs = query.data?.measurements.some(isUnderWay) ?? false;
  useEffect(() => {
    // What a measurement earned changes by what the search of every folder goes.
    if (!runs) void client.invalidateQueries({ queryKey: ['workspaces', 'index'] });
  }, [runs, client]);
  return query;
}

/** Start, cancel, resume. The list is asked for again before one counts as done; `error` says why one was refused. */
export function useMeasureActions() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const start = useMutation({ mutationFn: measureApi.start, onSuccess: refresh });
  const cancel = useMutation({ mutationFn: measureApi.cancel, onSettled: refresh });
  const resume = useMutation({ mutationFn: measureApi.resume, onSettled: refresh });
  return { start, cancel, resume };
}
