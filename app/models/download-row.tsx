'use client';

import { Button } from '#app/_ui/button.tsx';
import { formatBytes, formatSeconds } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Download } from './api.ts';
import { useDownloadControl } from './queries.ts';

const WORDS: Record<Download['status'], string> = {
  queued: 'waiting for its turn',
  running: 'downloading',
  paused: 'paused',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled; what came is kept',
};

/** One download: bytes, rate, time left, and the button that stops or goes on. */
export function DownloadRow({ job }: { job: Download }) {
  const cancel = useDownloadControl('cancel');
  const resume = useDownloadControl('resume');
  const active = job.status === 'queued' || job.status === 'running';
  const fraction = job.total === null || job.total === 0 ? null : job.done / job.total;
  return (
    <li className="border-b border-line px-3.5 py-2.5 last:border-b-0">
      <div className="flex items-center gap-3">
        <p className="min-w-0 flex-1 truncate font-medium">{job.title}</p>
        {active ? (
          <Button
            size="small"
            aria-label={`Cancel ${job.title}`}
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(job.id, { onError: notifyError })}
          >
            Cancel
          </Button>
        ) : (
          <Button
            size="small"
            aria-label={`Resume ${job.title}`}
            disabled={resume.isPending}
            onClick={() => resume.mutate(job.id, { onError: notifyError })}
          >
            Resume
          </Button>
        )}
      </div>
      <Progress label={`${job.title}: ${WORDS[job.status]}`} fraction={fraction} className="mt-2" />
      <p className="figures mt-1.5 text-tiny text-ink-2">{facts(job).join(' · ')}</p>
      {job.error !== null && <p className="mt-1 text-tiny text-bad text-pretty">{job.error.message}</p>}
    </li>
  );
}

function facts(job: Download): string[] {
  const bytes =
    job.total === null ? formatBytes(job.done) : `${formatBytes(job.done)} of ${formatBytes(job.total)}`;
  const known = [WORDS[job.status], bytes];
  if (job.status !== 'running') return known;
  if (job.rate !== null) known.push(`${formatBytes(job.rate)}/s`);
  if (job.secondsLeft !== null) known.push(`${formatSeconds(Math.max(1, Math.round(job.secondsLeft)))} left`);
  return known;
}
