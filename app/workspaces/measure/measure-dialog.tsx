'use client';

import { useState } from 'react';
import { Dialog } from '#app/_ui/dialog.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { Measurement } from '#server/features/retrieval/measure/contract.ts';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { EmbedderWeight } from './embedder-weight.tsx';
import { MeasureCourse } from './measure-course.tsx';
import { MeasureForm } from './measure-form.tsx';
import { MeasureList } from './measure-list.tsx';
import { MeasureProgress } from './measure-progress.tsx';
import { MeasureResult } from './measure-result.tsx';
import { comparableWith, isUnderWay } from './measure-text.ts';
import { useMeasurements } from './use-measurements.ts';

interface MeasureDialogProps {
  workspace: Pick<Workspace, 'id' | 'name'>;
  onClose: () => void;
}

/** How well the index finds: start a measurement, watch it, and read what came of this and earlier ones. */
export function MeasureDialog({ workspace, onClose }: MeasureDialogProps) {
  const { data, error } = useMeasurements();
  const [chosen, choose] = useState<string | null>(null);
  const all = data?.measurements ?? [];
  const here = all.filter(({ kind, workspace_id: of }) => kind === 'stdlib' || of === workspace.id);
  const under = all.filter(isUnderWay);
  const over = here.filter((one) => !isUnderWay(one));
  const shown = over.find(({ id }) => id === chosen) ?? over.find(({ result }) => result !== null);
  return (
    <Dialog
      wide
      open
      onOpenChange={onClose}
      title="Measure index"
      description="Asks the index questions whose answers are known, and counts how far up the right place comes. Everything happens on this machine."
    >
      <div className="flex flex-col gap-5">
        {error !== null && <ErrorNote error={error} title="The measurements are not known." />}
        {under.map((one) => (
          <MeasureProgress key={one.id} measurement={one} workspaceId={workspace.id} />
        ))}
        {data !== undefined && under.length === 0 && (
          <MeasureForm workspace={workspace} embedder={data.embedder} onStarted={() => choose(null)} />
        )}
        {shown?.result && <Shown measurement={shown} result={shown.result} all={over} />}
        {data !== undefined && <EmbedderWeight embedder={data.embedder} />}
        {over.length > 0 && (
          <MeasureList
            measurements={over}
            workspaceId={workspace.id}
            shown={shown?.id ?? null}
            onShow={choose}
          />
        )}
      </div>
    </Dialog>
  );
}

interface ShownProps {
  measurement: Measurement;
  result: NonNullable<Measurement['result']>;
  all: Measurement[];
}

function Shown({ measurement, result, all }: ShownProps) {
  const course = comparableWith(measurement, all);
  return (
    <>
      <MeasureResult result={result} at={measurement.finished_at ?? measurement.created_at} />
      {course.length > 1 && <MeasureCourse measurements={course} />}
    </>
  );
}
