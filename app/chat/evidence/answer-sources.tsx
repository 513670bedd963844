'use client';

import { useState } from 'react';
import { formatCount } from '#app/_ui/format.ts';
import type { Message } from '#server/features/chat/contract.ts';
import { SourceChip } from './source-chip.tsx';
import { useSources } from './use-sources.ts';

/** Under an answer: what of the folder it cites, and what else its model had read. */
export function AnswerSources({ answer, question }: { answer: Message; question: Message | undefined }) {
  const [open, setOpen] = useState(false);
  const { data } = useSources(question);
  const found = question?.context?.found ?? null;
  if (found === null) return null;
  const citations = answer.citations ?? [];
  const cited = new Set(citations.flatMap(({ source }) => source ?? []));
  const verified = new Set(
    citations.flatMap(({ source, state }) => (state === 'verified' ? (source ?? []) : [])),
  );
  const first = found.sources.filter(({ number }) => cited.has(number));
  const rest = found.sources.filter(({ number }) => !cited.has(number));
  const texts = new Map(data?.sources.map(({ number, text }) => [number, text]));
  const chips = open ? [...first, ...rest] : first;
  if (found.sources.length === 0) return <FoundNote found={found} />;
  return (
    <section aria-label="Sources" className="mt-3 flex flex-wrap items-center gap-1.5">
      {chips.map((source) => (
        <SourceChip
          key={source.number}
          source={source}
          verified={verified.has(source.number)}
          stale={data?.stale?.includes(source.number) === true}
          text={texts.get(source.number)}
        />
      ))}
      {rest.length === 0 ? null : (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="reach h-7 rounded-control px-2.5 text-tiny text-ink-3 transition-colors hover:bg-hover hover:text-ink"
        >
          {open ? 'Only what is cited' : moreLabel(first.length, rest.length)}
        </button>
      )}
      {found.note === null ? null : <p className="w-full text-tiny text-ink-3">{found.note}</p>}
    </section>
  );
}

function moreLabel(cited: number, others: number): string {
  if (cited > 0) return `${formatCount(others)} more considered`;
  return others === 1 ? '1 source was read' : `${formatCount(others)} sources were read`;
}

type Found = NonNullable<NonNullable<Message['context']>['found']>;

function FoundNote({ found }: { found: Found }) {
  const words = found.nothing_found
    ? 'Nothing relevant was found in the folder, so nothing of it was sent.'
    : null;
  const said = [words, found.note].filter((one) => one !== null).join(' ');
  return said === '' ? null : <p className="mt-3 text-tiny text-ink-3">{said}</p>;
}
