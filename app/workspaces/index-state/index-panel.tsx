'use client';

import { Pause, Play, RotateCcw, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Button } from '#app/_ui/button.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { IndexState } from '#server/features/retrieval/indexing/contract.ts';
import { keys } from '../use-workspaces.ts';
import { indexApi } from './index-api.ts';
import { fractionOf, paceText, statusText, vectorsText } from './index-text.ts';

interface IndexPanelProps {
  id: string;
  state: IndexState;
  onProblems: () => void;
}

/** What is in the index, how far it is, and what can be done with it. */
export function IndexPanel({ id, state, onProblems }: IndexPanelProps) {
  const { indexed, files, status, error, vectors } = state;
  const problems = indexed.skipped + indexed.failed;
  const runs = status === 'scanning' || status === 'indexing';
  return (
    <div className="flex flex-col gap-3 text-small">
      <div>
        <p className="font-medium">{statusText(state)}</p>
        {error !== null && (
          <p role="alert" className="mt-1 text-bad text-pretty">
            {error}
          </p>
        )}
        {runs && (
          <>
            <Progress className="mt-2" label="Files read" fraction={fractionOf(files)} />
            <p className="figures mt-1 text-tiny text-ink-2">
              {formatCount(files.done)} of {files.total === null ? '?' : formatCount(files.total)} files ·{' '}
              {formatCount(indexed.chunks)} chunks
            </p>
            <p className="figures text-tiny text-ink-2">{paceText(state)}</p>
          </>
        )}
      </div>
      <dl className="figures grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-tiny">
        <Fact name="Files" value={indexed.files} />
        <Fact name="Lines" value={indexed.lines} />
        <Fact name="Chunks" value={indexed.chunks} />
        <Fact name="Symbols" value={indexed.symbols} />
      </dl>
      <div className="border-t border-line pt-3">
        <p className="font-medium">
          Vectors{vectors.embedder === null ? '' : ` by ${vectors.embedder.name}`}
        </p>
        {vectors.status === 'running' && (
          <Progress className="mt-2" label="Vectors made" fraction={fractionOf(vectors)} />
        )}
        <p
          className={`mt-1 text-tiny text-pretty ${vectors.status === 'failed' ? 'text-bad' : 'text-ink-2'}`}
        >
          {vectorsText(vectors)}
        </p>
        <p className="mt-1 text-tiny text-ink-2">
          A search here is by {state.method}.{' '}
          <Link href="/settings" prefetch={false} className="text-accent hover:underline">
            Choose the embedding model
          </Link>
        </p>
      </div>
      <Actions id={id} paused={status === 'paused'} problems={problems} onProblems={onProblems} />
    </div>
  );
}

interface ActionsProps {
  id: string;
  paused: boolean;
  problems: number;
  onProblems: () => void;
}

function Actions({ id, paused, problems, onProblems }: ActionsProps) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const run = (action: (id: string) => Promise<IndexState>) => {
    setBusy(true);
    action(id)
      .then((state) => client.setQueryData(keys.index(id), state), notifyError)
      .finally(() => setBusy(false));
  };
  return (
    <div className="flex flex-wrap gap-2">
      {paused ? (
        <Button size="small" icon={Play} disabled={busy} onClick={() => run(indexApi.resume)}>
          Resume
        </Button>
      ) : (
        <Button size="small" icon={Pause} disabled={busy} onClick={() => run(indexApi.pause)}>
          Pause
        </Button>
      )}
      <Button size="small" icon={RotateCcw} disabled={busy} onClick={() => run(indexApi.rebuild)}>
        Rebuild
      </Button>
      {problems > 0 && (
        <Button size="small" icon={TriangleAlert} onClick={onProblems}>
          {formatCount(problems)} left out
        </Button>
      )}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: number }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="text-right">{formatCount(value)}</dd>
    </>
  );
}
