'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Added, MarkedText, Removed } from '#app/_ui/marked-text.tsx';
import { Select } from '#app/_ui/select.tsx';
import type { Answer } from '#server/features/compare/contract.ts';
import { compareApi } from '../compare-api.ts';

const KINDS = { both: 'same', first: 'removed', second: 'added' } as const;

/** Two answers in one text: words that only one of them has are marked by more than colour. */
export function Difference({ answers }: { answers: Answer[] }) {
  const written = answers.filter(({ text, status }) => text !== '' && status === 'complete');
  const [chosen, setChosen] = useState<{ first: string; second: string } | null>(null);
  const first = written.find(({ id }) => id === chosen?.first) ?? written[0];
  const second = written.find(({ id }) => id === chosen?.second) ?? written.find((one) => one !== first);
  if (first === undefined || second === undefined)
    return <p className="text-small text-ink-2">Two answers that are done are needed for a difference.</p>;
  const options = written.map(({ id, letter }) => ({ value: id, label: `Answer ${letter}` }));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="First answer"
          value={first.id}
          options={options}
          onChange={(id) => setChosen({ first: id, second: id === second.id ? first.id : second.id })}
        />
        <span className="text-ink-2">and</span>
        <Select
          label="Second answer"
          value={second.id}
          options={options}
          onChange={(id) => setChosen({ first: id === first.id ? second.id : first.id, second: id })}
        />
      </div>
      <Words first={first} second={second} />
    </div>
  );
}

function Words({ first, second }: { first: Answer; second: Answer }) {
  const query = useQuery({
    queryKey: ['compare', 'difference', first.id, second.id],
    queryFn: () => compareApi.difference(first.id, second.id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (query.isError)
    return <ErrorNote error={query.error} title="The two could not be set against each other." />;
  if (query.data === undefined) return <p className="text-small text-ink-3">Comparing the words</p>;
  return (
    <>
      <p className="text-tiny text-ink-2">
        <Removed>Struck through</Removed>: only in {first.letter}. <Added>Underlined</Added>: only in{' '}
        {second.letter}. They share{' '}
        <span className="figures">{Math.round(query.data.similarity * 100)} %</span> of their words.
      </p>
      <MarkedText
        parts={query.data.parts.map(({ side, text }) => ({ kind: KINDS[side], text }))}
        label={`Difference of ${first.letter} and ${second.letter}`}
        className="max-h-[50vh] rounded-card px-3 py-2 text-small"
      />
    </>
  );
}
