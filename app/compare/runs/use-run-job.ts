'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTopic } from '#app/_client/socket.ts';
import type { Comparison } from '#server/features/compare/contract.ts';
import type { JobEvents } from '#server/features/models/contract.ts';
import { keys } from '../use-comparison.ts';

type Job = Parameters<JobEvents['jobs.changed']>[0];

/** What the job of a run last told; the comparison and its figures are fetched again as it goes on. */
export function useRunJob({ id, job_id }: Pick<Comparison, 'id' | 'job_id'>): Job | null {
  const client = useQueryClient();
  const [job, setJob] = useState<Job | null>(null);
  useTopic<JobEvents>(job_id === null ? null : 'jobs', {
    'jobs.changed': (changed) => {
      if (changed.id !== job_id) return;
      setJob(changed);
      void client.invalidateQueries({ queryKey: keys.open(id) });
      void client.invalidateQueries({ queryKey: keys.summary(id) });
    },
  });
  return job;
}
