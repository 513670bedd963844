'use client';

import { Gauge } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import type { Measurements } from './measure-api.ts';
import { useMeasureActions } from './use-measurements.ts';

type Kind = 'stdlib' | 'history';
type Share = '0.02' | '0.1' | '1';

interface MeasureFormProps {
  workspace: Pick<Workspace, 'id' | 'name'>;
  embedder: Measurements['embedder'];
  onStarted: () => void;
}

/** What to measure, with what, and what that takes. */
export function MeasureForm({ workspace, embedder, onStarted }: MeasureFormProps) {
  const [kind, setKind] = useState<Kind>('history');
  const [share, setShare] = useState<Share>('0.1');
  const [meaning, setMeaning] = useState(true);
  const { start } = useMeasureActions();
  const withMeaning = meaning && embedder !== null;
  const ask = () =>
    start.mutate(
      kind === 'history'
        ? { kind, workspace_id: workspace.id, with_meaning: withMeaning }
        : { kind, share: Number(share), with_meaning: withMeaning },
      { onSuccess: onStarted },
    );
  return (
    <section aria-label="What to measure" className="flex flex-col gap-3 text-small">
      <Segmented<Kind>
        label="Questions"
        value={kind}
        onChange={setKind}
        options={[
          { value: 'history', label: 'History' },
          { value: 'stdlib', label: 'Python’s library' },
        ]}
      />
      <p className="max-w-prose text-ink-2 text-pretty">{meaningOf(kind, workspace.name)}</p>
      {kind === 'stdlib' && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Segmented<Share>
            label="Share of the library"
            value={share}
            onChange={setShare}
            options={[
              { value: '0.02', label: '2 %' },
              { value: '0.1', label: '10 %' },
              { value: '1', label: 'All' },
            ]}
          />
          <p className="text-tiny text-ink-2">{costOf(share, withMeaning)}</p>
        </div>
      )}
      {embedder !== null && (
        <div className="flex items-center gap-2.5">
          <Switch label="With meaning" checked={meaning} onChange={setMeaning} />
          <p aria-hidden="true">
            With meaning, by {embedder.name}
            {kind === 'history' && (
              <span className="text-ink-2">, once every chunk of the folder has its vector</span>
            )}
          </p>
        </div>
      )}
      {start.error !== null && <ErrorNote error={start.error} title="The measurement was not started." />}
      <Button look="primary" icon={Gauge} disabled={start.isPending} onClick={ask} className="self-start">
        Start measuring
      </Button>
    </section>
  );
}

function meaningOf(kind: Kind, folder: string): string {
  return kind === 'history'
    ? `A commit message must find a file that the commit changed in ${folder}. The index is of today’s files, so it may hold words that the commit itself brought: compare ways of searching with it, not projects.`
    : 'The first paragraph of a docstring must find its function. The index is of a copy of Python’s own library without docstrings and comments in triple quotes, so the words of the question are not simply there.';
}

/** What takes minutes is making vectors: one for each chunk. */
function costOf(share: Share, withMeaning: boolean): string {
  if (!withMeaning) return 'Without vectors it is a matter of a minute or two at most.';
  switch (share) {
    case '0.02':
      return 'A quick look: too few questions to choose a weight with.';
    case '0.1':
      return 'Every chunk needs its vector first: minutes without a GPU.';
    case '1':
      return 'About 16,500 functions need vectors first: many minutes without a GPU. They are kept for the next time.';
  }
}
