'use client';

import { X } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Progress } from '#app/_ui/progress.tsx';
import type { Measurement } from '#server/features/retrieval/measure/contract.ts';
import { progressText, subjectOf } from './measure-text.ts';
import { useMeasureActions } from './use-measurements.ts';

/** How far a measurement is; it goes on when the dialog is closed. */
export function MeasureProgress({
  measurement,
  workspaceId,
}: {
  measurement: Measurement;
  workspaceId: string;
}) {
  const { cancel } = useMeasureActions();
  const { id, done, total } = measurement;
  const subject = subjectOf(measurement, workspaceId);
  return (
    <section
      aria-label="Progress"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card border border-line px-4 py-3"
    >
      <div className="min-w-52 flex-1">
        <p className="font-medium">{subject}</p>
        <Progress
          className="my-2"
          label={`Measuring: ${subject}`}
          fraction={total === null || total === 0 ? null : done / total}
        />
        <p className="figures text-tiny text-ink-2">{progressText(measurement)}</p>
      </div>
      <Button icon={X} disabled={cancel.isPending} onClick={() => cancel.mutate(id)}>
        Cancel
      </Button>
      {cancel.error !== null && <ErrorNote error={cancel.error} title="It was not cancelled." />}
    </section>
  );
}
