'use client';

import { Check, CircleStop, History, TriangleAlert } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { Progress } from '#app/_ui/progress.tsx';
import { MarkedText } from '#app/_ui/marked-text.tsx';
import type { Message, Replay, ReplayResult } from '#server/features/chat/contract.ts';
import { useReplay } from './use-replay.ts';

/** Makes an answer again and says whether the same came out. */
export function ReplaySection({ message }: { message: Message }) {
  const { replay, failure, start, cancel } = useReplay(message.id);
  const running = replay?.running ?? null;
  return (
    <section aria-label="Replay" className="mt-3 border-t border-line pt-3">
      {message.record === null ? (
        <p className="text-tiny text-ink-3 text-pretty">
          This answer cannot be replayed: it was made by a version that did not record what that needs.
        </p>
      ) : (
        <div className="flex items-start justify-between gap-3">
          <p className="text-tiny text-ink-3 text-pretty">
            Runs the same prompt, parameters and seed again and compares token by token. The conversation
            stays as it is.
          </p>
          {running === null ? (
            <Button size="small" icon={History} disabled={start.isPending} onClick={() => start.mutate()}>
              Replay
            </Button>
          ) : (
            <Button size="small" icon={CircleStop} onClick={() => cancel.mutate()}>
              Cancel
            </Button>
          )}
        </div>
      )}
      <div role="status" className="mt-2 flex flex-col gap-2 empty:hidden">
        {running === null ? null : <Running running={running} />}
        {replay?.result && running === null ? <Ended result={replay.result} /> : null}
      </div>
      {replay?.difference && running === null ? (
        <MarkedText
          parts={replay.difference}
          label="Difference of the texts"
          className="mt-2 max-h-64 rounded-control px-2.5 py-2 text-tiny"
        />
      ) : null}
      {failure === null ? null : (
        <div className="mt-2">
          <ErrorNote error={failure} />
        </div>
      )}
    </section>
  );
}

function Running({ running }: { running: NonNullable<Replay['running']> }) {
  const { phase, done, total, caveats } = running;
  const words = phase === 'answering' ? `${formatCount(done)} of ${formatCount(total)} tokens` : WORDS[phase];
  return (
    <>
      <p className="figures text-tiny text-ink-2">{words ?? 'starting'}</p>
      <Progress label="Replay" fraction={total === 0 ? null : done / total} />
      <Caveats caveats={caveats} />
    </>
  );
}

const WORDS: Record<string, string> = {
  queued: 'waiting for its turn',
  loading: 'loading the model',
  prefill: 'reading the prompt',
  restarting: 'the engine stopped; restarting it',
};

function Ended({ result }: { result: ReplayResult }) {
  const { outcome, first_difference, tokens, caveats, error, at } = result;
  const same = outcome === 'same';
  const Icon = same ? Check : TriangleAlert;
  return (
    <>
      <p className="flex items-start gap-2 text-small">
        <Icon
          size={15}
          aria-hidden="true"
          className={`mt-0.5 shrink-0 ${same ? 'text-good' : 'text-warn'}`}
        />
        <span className="min-w-0">
          {same ? `Reproduced token for token (${formatCount(tokens)}).` : null}
          {first_difference === null ? null : different(first_difference)}
          {outcome === 'failed' ? `The replay failed. ${error?.message ?? ''}` : null}{' '}
          <span className="text-tiny text-ink-3">{when(at)}</span>
        </span>
      </p>
      <Caveats caveats={caveats} />
    </>
  );
}

function different({ index, expected, actual }: NonNullable<ReplayResult['first_difference']>): string {
  const place = formatCount(index + 1);
  if (expected === null) return `The same ${formatCount(index)} tokens came again, and then more.`;
  if (actual === null) return `The same began, and ended before token ${place}.`;
  return `Not the same: token ${place} is the first that differs (${actual} instead of ${expected}).`;
}

function Caveats({ caveats }: { caveats: string[] }) {
  if (caveats.length === 0) return null;
  return (
    <div className="text-tiny text-ink-2">
      <p>It may come out differently:</p>
      <ul className="list-disc pl-4">
        {caveats.map((caveat) => (
          <li key={caveat}>{caveat}</li>
        ))}
      </ul>
    </div>
  );
}

function when(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
