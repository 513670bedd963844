'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pause, Play, Vote } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Button } from '#app/_ui/button.tsx';
import { formatCount, formatSeconds } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Comparison } from '#server/features/compare/contract.ts';
import { compareApi, type OpenComparison } from '../compare-api.ts';
import { addressOf } from '../place.ts';
import { keys } from '../use-comparison.ts';
import { useRunJob } from './use-run-job.ts';

/** How far a run is, its rate and the time left; pause, go on, and vote on what is there. */
export function RunProgress({ comparison }: { comparison: Comparison }) {
  const { id, status, turns, answered, contestants } = comparison;
  const router = useRouter();
  const client = useQueryClient();
  const job = useRunJob(comparison);
  const total = turns * contestants.length;
  const change = useMutation({
    mutationFn: (action: 'pause' | 'resume') => compareApi[action](id),
    onSuccess: (changed) =>
      client.setQueryData<OpenComparison>(keys.open(id), (data) => data && { ...data, comparison: changed }),
    onError: notifyError,
  });
  const words = describe(status, answered, total);
  const facts = [
    job !== null && job.rate !== null && status === 'running' ? rateWords(job.rate) : null,
    job !== null && job.secondsLeft !== null && status === 'running'
      ? `about ${formatSeconds(Math.max(10, job.secondsLeft))} left`
      : null,
  ].filter((part) => part !== null);
  return (
    <section
      aria-label="Progress"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card border border-line bg-surface px-4 py-3"
    >
      <div className="min-w-52 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span role="status" className="font-medium">
            {words}
          </span>
          <span className="figures text-tiny text-ink-2">
            {formatCount(answered)} of {formatCount(total)} answers
            {facts.length === 0 ? '' : ` · ${facts.join(' · ')}`}
          </span>
        </p>
        <Progress label={words} fraction={total === 0 ? null : answered / total} className="mt-2" />
        {status === 'failed' && job?.error ? <p className="mt-1.5 text-bad">{job.error.message}</p> : null}
      </div>
      {status === 'running' ? (
        <Button icon={Pause} disabled={change.isPending} onClick={() => change.mutate('pause')}>
          Pause
        </Button>
      ) : null}
      {status === 'paused' || status === 'failed' ? (
        <Button icon={Play} disabled={change.isPending} onClick={() => change.mutate('resume')}>
          Go on
        </Button>
      ) : null}
      {contestants.length > 1 ? (
        <Button
          look="primary"
          icon={Vote}
          disabled={answered < 2}
          onClick={() => router.push(addressOf.vote(id))}
        >
          Vote on results
        </Button>
      ) : null}
    </section>
  );
}

function describe(status: Comparison['status'], answered: number, total: number): string {
  switch (status) {
    case 'running':
      return 'Running';
    case 'paused':
      return 'Paused. What is answered is kept.';
    case 'failed':
      return 'The run stopped. What is answered is kept.';
    case 'idle':
      return answered >= total ? 'Done' : 'Ended';
  }
}

function rateWords(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)} a second` : `${(perSecond * 60).toFixed(1)} a minute`;
}
