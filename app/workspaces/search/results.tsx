'use client';

import { Info } from 'lucide-react';
import { Button } from '#app/_ui/button.tsx';
import type { SearchAnswer, SearchResult } from '#server/features/retrieval/search/contract.ts';
import type { Place } from '../place.ts';
import { NothingFound } from './nothing-found.tsx';
import { ResultCard } from './result-card.tsx';
import type { SearchTerms } from './search-place.ts';

interface ResultsProps {
  workspace: string;
  /** Id of the list. */
  list: string;
  answer: SearchAnswer;
  terms: SearchTerms;
  marked: number;
  place: Place;
  onOpen: (result: SearchResult) => void;
  /** Absent when there cannot be more. */
  onMore: (() => void) | undefined;
}

/** What was found, best first, and what there is to say about it. */
export function Results({ workspace, list, answer, terms, marked, place, onOpen, onMore }: ResultsProps) {
  const { results, note, method, truncated } = answer;
  return (
    <div className="flex flex-col gap-2.5">
      {note !== null && (
        <p role="status" className="flex gap-2 text-tiny text-ink-2 text-pretty">
          <Info size={14} aria-hidden="true" className="mt-px text-warn" />
          {note}
        </p>
      )}
      {answer.nothing_found && <NothingFound terms={terms} any={results.length > 0} />}
      <div id={list} role="listbox" aria-label="Results" className="flex flex-col gap-2.5 empty:hidden">
        {results.map((result, index) => (
          <ResultCard
            key={`${result.path}:${result.line}:${result.name}`}
            workspace={workspace}
            id={`${list}-${index}`}
            result={result}
            marked={index === marked}
            shown={result.path === place.path && result.line === place.line}
            onOpen={() => onOpen(result)}
          />
        ))}
      </div>
      {results.length > 0 && (
        <footer className="flex items-center gap-3 text-tiny text-ink-3">
          <p className="min-w-0 flex-1">
            Searched by {method === 'text' ? 'the text of the files' : method}.
          </p>
          {truncated && onMore !== undefined && (
            <Button size="small" onClick={onMore}>
              Show more
            </Button>
          )}
        </footer>
      )}
    </div>
  );
}
