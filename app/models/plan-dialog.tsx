'use client';

import type { ReactNode } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { classes } from '#app/_ui/classes.ts';
import { Dialog } from '#app/_ui/dialog.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatBytes } from '#app/_ui/format.ts';
import { notify } from '#app/_ui/toast.ts';
import type { DownloadPlan } from '#server/features/models/contract.ts';
import { useStartDownload } from './queries.ts';

/** What a download would bring and whether it fits, before the first byte. */
export function PlanDialog({ plan, onClose }: { plan: DownloadPlan; onClose: () => void }) {
  const start = useStartDownload();
  const begin = () =>
    start.mutate(
      { repository: plan.repository, revision: plan.revision },
      {
        onSuccess: () => {
          notify(`Downloading ${plan.repository}`, { description: 'It goes on when this tab is closed.' });
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={plan.repository}
      description={plan.gated ? 'This repository is gated: it needs a Hub token with access.' : undefined}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            look="primary"
            disabled={plan.problem !== null || !plan.fits_disk || start.isPending}
            onClick={begin}
          >
            {start.isPending ? 'Starting…' : `Download ${formatBytes(plan.total_bytes)}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {plan.problem !== null && (
          <ErrorNote error={new Error(plan.problem.message)} title="It cannot be used." />
        )}
        {start.error !== null && <ErrorNote error={start.error} title="The download did not start." />}
        <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5 text-small">
          <Row term="To download" fact={formatBytes(plan.total_bytes)} />
          <Row term="Free on the disk" fact={formatBytes(plan.free_disk_bytes)} problem={!plan.fits_disk} />
          <Row
            term="Memory once loaded"
            fact={plan.memory_bytes === null ? 'not known' : formatBytes(plan.memory_bytes)}
            problem={plan.fits_memory === false}
          />
          <Row term="Revision" fact={plan.revision.slice(0, 12)} />
        </dl>
        {!plan.fits_disk && (
          <Problem>
            The disk has too little room. Free {formatBytes(plan.total_bytes - plan.free_disk_bytes)} first.
          </Problem>
        )}
        {plan.fits_memory === false && (
          <Problem>
            It does not fit into the memory that models may hold here. It can be downloaded, not loaded.
          </Problem>
        )}
        <FileLists plan={plan} />
      </div>
    </Dialog>
  );
}

function FileLists({ plan }: { plan: DownloadPlan }) {
  return (
    <div className="flex flex-col gap-1 text-tiny text-ink-2">
      <details>
        <summary className="rounded-control py-1">{plan.files.length} files</summary>
        <ul className="figures max-h-40 overflow-y-auto pl-4">
          {plan.files.map((file) => (
            <li key={file.path} className="flex justify-between gap-3">
              <span className="truncate">{file.path}</span>
              <span className="text-ink-3">{formatBytes(file.size_bytes)}</span>
            </li>
          ))}
        </ul>
      </details>
      {plan.skipped.length > 0 && (
        <details>
          <summary className="rounded-control py-1">{plan.skipped.length} left out</summary>
          <ul className="max-h-40 overflow-y-auto pl-4">
            {plan.skipped.map((file) => (
              <li key={file.path} className="flex justify-between gap-3">
                <span className="figures truncate">{file.path}</span>
                <span className="text-ink-3">{file.reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Row({ term, fact, problem = false }: { term: string; fact: string; problem?: boolean }) {
  return (
    <>
      <dt className="text-ink-2">{term}</dt>
      <dd className={classes('figures text-right', problem && 'text-bad')}>{fact}</dd>
    </>
  );
}

function Problem({ children }: { children: ReactNode }) {
  return <p className="rounded-control bg-bad-soft px-3 py-2 text-small text-pretty">{children}</p>;
}
