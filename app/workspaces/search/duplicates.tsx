'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Select } from '#app/_ui/select.tsx';
import { useIndexReady } from '../index-state/use-index-state.ts';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import { type DuplicateGroup, searchApi } from './search-api.ts';
import { changeTerms } from './search-place.ts';

const SIZES = ['4', '6', '10', '20', '40'] as const;

/** What the workspace says more than once, the longest first. */
export function Duplicates({ id }: { id: string }) {
  const [least, setLeast] = useState<(typeof SIZES)[number]>('6');
  const ready = useIndexReady(id);
  const { data, error } = useQuery({
    queryKey: ['workspaces', 'duplicates', id, least],
    queryFn: ({ signal }) => searchApi.duplicates(id, Number(least), signal),
    enabled: ready,
    retry: false,
  });
  return (
    <section aria-label="Duplicate code" className="flex flex-col gap-2.5">
      <header className="flex flex-wrap items-center gap-2">
        <IconButton
          icon={ArrowLeft}
          label="Back to the search"
          size="small"
          onClick={() => changeTerms({ duplicates: false })}
        />
        <h2 className="min-w-0 flex-1 text-small font-medium">Duplicate code</h2>
        <Select
          label="Shortest"
          value={least}
          onChange={setLeast}
          options={SIZES.map((value) => ({ value, label: `${value} lines or more` }))}
        />
      </header>
      {error !== null && <ErrorNote error={error} title="Duplicates were not looked for." />}
      {data === undefined && error === null && <p className="text-small text-ink-3">Comparing the code</p>}
      {data?.groups.length === 0 && (
        <p role="status" className="text-small text-ink-2">
          No two functions of this length say the same.
        </p>
      )}
      <ul className="flex flex-col gap-2.5">
        {data?.groups.map((group) => (
          <Group key={group.places.map(({ path, line }) => `${path}:${line}`).join(' ')} group={group} />
        ))}
      </ul>
      {data?.truncated === true && <p className="text-tiny text-ink-3">There are more: raise the length.</p>}
    </section>
  );
}

function Group({ group: { similarity, lines, places } }: { group: DuplicateGroup }) {
  return (
    <li className="rounded-card border border-line bg-surface px-3 py-2.5">
      <p className="text-tiny text-ink-2">
        {places.length} places · {lines} lines · {said(similarity)}
      </p>
      <ul className="mt-1">
        {places.map(({ path, line, end_line: endLine, name }) => (
          <li key={`${path}:${line}`}>
            <button
              type="button"
              onClick={() => showFile({ path, line, endLine })}
              className="reach flex min-h-7 w-full items-center gap-2.5 rounded-control px-1.5 text-left text-small hover:bg-hover"
            >
              <span className="figures min-w-0 truncate">
                {showName(path)}
                <span className="text-ink-2">:{line}</span>
              </span>
              <span className="truncate text-ink-2">{name}</span>
            </button>
          </li>
        ))}
      </ul>
    </li>
  );
}

function said(similarity: number): string {
  return similarity >= 0.995 ? 'the same but for names' : `${Math.round(similarity * 100)} % alike`;
}
