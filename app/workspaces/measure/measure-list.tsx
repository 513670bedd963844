'use client';

import { Play } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { classes } from '#app/_ui/classes.ts';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import type { Measurement } from '#server/features/retrieval/measure/contract.ts';
import { NAMES } from './mode-look.ts';
import { formatFigure, subjectOf } from './measure-text.ts';
import { useMeasureActions } from './use-measurements.ts';

interface MeasureListProps {
  /** Those that are over, newest first. */
  measurements: Measurement[];
  workspaceId: string;
  /** The one whose figures are shown. */
  shown: string | null;
  onShow: (id: string) => void;
}

/** What was measured before: each can be shown, and what was cancelled or failed resumed. */
export function MeasureList({ measurements, workspaceId, shown, onShow }: MeasureListProps) {
  const { resume } = useMeasureActions();
  return (
    <section aria-labelledby="measured" className="border-t border-line pt-3">
      <h3 id="measured" className="mb-1 text-tiny font-medium text-ink-3">
        Measured
      </h3>
      {resume.error !== null && <ErrorNote error={resume.error} title="It was not resumed." />}
      <ul className="divide-y divide-line text-small">
        {measurements.map((one) => {
          const { id, result, created_at: at } = one;
          const subject = subjectOf(one, workspaceId);
          return (
            <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-2">
              <span className="min-w-0 flex-1 basis-52">
                <span className={classes('block truncate', id === shown && 'font-medium')}>{subject}</span>
                <span className="figures block text-tiny text-ink-3">{new Date(at).toLocaleString()}</span>
              </span>
              {result === null ? (
                <>
                  <Ended measurement={one} />
                  <Button
                    size="small"
                    icon={Play}
                    disabled={resume.isPending}
                    onClick={() => resume.mutate(id)}
                    aria-label={`Resume: ${subject}`}
                  >
                    Resume
                  </Button>
                </>
              ) : (
                <Button
                  size="small"
                  aria-label={`Show: ${subject}`}
                  aria-pressed={id === shown}
                  onClick={() => onShow(id)}
                  className="figures text-tiny"
                >
                  {result.modes
                    .map((mode) => `${NAMES[mode.mode]} ${formatFigure(mode.mrr.value, 'mean')}`)
                    .join(' · ')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Ended({ measurement: { status, error } }: { measurement: Measurement }) {
  if (status === 'cancelled') return <p className="text-tiny text-ink-2">Cancelled</p>;
  return (
    <p role="alert" className="basis-full text-tiny text-bad text-pretty">
      {error ?? 'It ended before there was a result.'}
    </p>
  );
}
