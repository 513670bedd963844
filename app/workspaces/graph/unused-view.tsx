'use client';

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import type { DeadCandidate, DeadCode } from '#server/features/retrieval/graphs/contract.ts';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import { graphApi } from './graph-api.ts';

const SURENESS: Record<DeadCandidate['confidence'], string> = {
  high: 'Most likely unused',
  medium: 'Perhaps unused',
  low: 'Used by tests or documents only',
};
const ORDER = ['high', 'medium', 'low'] as const;

/** Candidates for dead code, each with its reason. */
export function UnusedView({ id }: { id: string }) {
  const [globs, setGlobs] = useState('');
  const wanted = useDeferredValue(globs);
  const paths = wanted
    .split(/[\s,]+/)
    .filter((glob) => glob !== '' && glob !== '!')
    .slice(0, 20);
  const { data, error } = useQuery({
    queryKey: ['workspaces', 'unused', id, paths],
    queryFn: ({ signal }) => graphApi.deadCode({ id, question: paths, signal }),
    retry: false,
  });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-3 pt-2.5 pb-6 md:px-4">
      <TextField
        label="Only these paths"
        hideLabel
        mono
        placeholder="src/** !**/generated/**"
        maxLength={1000}
        className="w-64"
        value={globs}
        onChange={(event) => setGlobs(event.target.value)}
      />
      <p className="mt-2.5 max-w-2xl text-small text-ink-2 text-pretty">
        Candidates only: no code of the workspace refers to them, and no other text names them. What is called
        from outside, or by a name that is put together while the program runs, cannot be seen from here.
      </p>
      {error !== null && (
        <div className="mt-3">
          <ErrorNote error={error} title="Unused code was not looked for." />
        </div>
      )}
      {data === undefined && error === null && (
        <p className="mt-3 text-small text-ink-3">Holding every name against the text of the workspace</p>
      )}
      {data !== undefined && error === null && <Found answer={data} />}
    </div>
  );
}

function Found({ answer }: { answer: DeadCode }) {
  const { candidates, total, symbols, left_out: leftOut, truncated, note } = answer;
  return (
    <>
      <p role="status" className="figures mt-2 text-tiny text-ink-3">
        {total} of {symbols} symbols{truncated && `, the first ${candidates.length} are shown`}
        {note !== null && `. ${note}`}
      </p>
      {ORDER.map((confidence) => {
        const own = candidates.filter((one) => one.confidence === confidence);
        if (own.length === 0) return null;
        return (
          <section key={confidence} aria-label={SURENESS[confidence]} className="mt-4">
            <h3 className="text-small font-medium">
              {SURENESS[confidence]} <span className="figures font-normal text-ink-3">{own.length}</span>
            </h3>
            <ul className="mt-1">
              {own.map((one) => (
                <Candidate key={`${one.path}:${one.line}:${one.name}`} one={one} />
              ))}
            </ul>
          </section>
        );
      })}
      {leftOut.length > 0 && (
        <details className="mt-4 text-small text-ink-2">
          <summary className="cursor-pointer">Also without a reference, and taken as used</summary>
          <ul className="mt-1.5 text-tiny">
            {leftOut.map(({ reason, count }) => (
              <li key={reason}>
                <span className="figures">{count}</span> {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Candidate({ one }: { one: DeadCandidate }) {
  const { name, kind, path, line, end_line: endLine, lines, reason } = one;
  return (
    <li>
      <button
        type="button"
        onClick={() => showFile({ path, line, endLine })}
        className="reach block w-full rounded-control px-2 py-1.5 text-left hover:bg-hover"
      >
        <span className="flex min-w-0 flex-wrap items-baseline gap-x-2.5 text-small">
          <span className="figures font-medium">{showName(name)}</span>
          <span className="text-tiny text-ink-3">
            {kind}, {lines === 1 ? '1 line' : `${lines} lines`}
          </span>
          <span className="figures min-w-0 truncate text-tiny text-ink-2">
            {showName(path)}:{line}
          </span>
        </span>
        <span className="block text-tiny text-ink-2">{reason}</span>
      </button>
    </li>
  );
}
