'use client';

import { DownloadRow } from './download-row.tsx';
import { useDownloads } from './queries.ts';

/** Downloads under way and the recent ones; nothing when there was none. */
export function Downloads() {
  const { data } = useDownloads();
  const jobs = (data?.jobs ?? []).filter((job) => job.status !== 'done').slice(0, 20);
  if (jobs.length === 0) return null;
  return (
    <section aria-label="Downloads">
      <h2 className="mb-1.5 px-1 text-tiny text-ink-3">Downloads</h2>
      <ul className="overflow-hidden rounded-card border border-line bg-surface">
        {jobs.map((job) => (
          <DownloadRow key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}
