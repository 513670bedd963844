'use client';

import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { ContextMenu } from '#app/_ui/menu.tsx';
import type { SearchAnswer, SearchResult } from '#server/features/retrieval/search/contract.ts';
import { takeTyped, useFocusWanted } from '../focus-wanted.ts';
import { type Place, showFile } from '../place.ts';
import { useResultMenu } from './use-result-menu.ts';
import { Duplicates } from './duplicates.tsx';
import { FilterChips } from './filter-chips.tsx';
import { LikeNote } from './like-note.tsx';
import { ModeChips } from './mode-chips.tsx';
import { rememberSearch } from './recent-searches.ts';
import { Results } from './results.tsx';
import { SearchBox } from './search-box.tsx';
import { changeTerms, type SearchTerms } from './search-place.ts';
import { SearchStart } from './search-start.tsx';
import { useTypedQuery } from './use-typed-query.ts';
import { isAsked, useSearch } from './use-search.ts';

interface SearchPaneProps {
  id: string;
  terms: SearchTerms;
  place: Place;
}

const FIRST = 20;
const MOST = 100;

/** The search of a workspace: the box, how it searches, and what it found. Arrow keys and Enter work from the box. */
export function SearchPane({ id, terms, place }: SearchPaneProps) {
  const list = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const { text, type, settle } = useTypedQuery(terms.query);
  // What was marked and asked for more of belongs to one search.
  const search = JSON.stringify(terms);
  const [{ of, marked, limit }, setState] = useState({ of: search, marked: -1, limit: FIRST });
  const at = of === search ? marked : -1;
  const answer = useSearch(id, terms, of === search ? limit : FIRST);
  const asked = isAsked(terms);
  const results = asked ? (answer.data?.results ?? []) : [];
  const mark = (next: number) => setState({ of: search, marked: next, limit: of === search ? limit : FIRST });
  useFocusOnDemand(box, type);
  const openResult = ({ path, line, end_line: endLine }: SearchResult, stay = false) => {
    rememberSearch(terms.query, terms.mode);
    showFile({ path, line, endLine });
    // Enter goes on into the text, as soon as that is there.
    useFocusWanted.setState({ text: !stay });
  };
  const menu = useResultMenu({ id, list, results, marked: at, onMark: mark, onOpen: openResult });
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && results.length > 0 && !event.shiftKey) {
      event.preventDefault();
      mark(Math.max(-1, Math.min(results.length - 1, at + step)));
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      settle();
      const result = results[Math.max(0, at)];
      if (result !== undefined && text === terms.query) openResult(result, event.altKey);
    } else if (event.key === 'Escape' && (at >= 0 || text !== '')) {
      event.preventDefault();
      event.stopPropagation();
      if (at >= 0) mark(-1);
      else type('');
    }
  };
  return (
    <section aria-label="Search" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <search className="flex shrink-0 flex-col gap-2.5 px-3 pt-3 pb-1.5 md:px-4 md:pt-4">
        <SearchBox
          text={text}
          onType={type}
          onKey={press}
          figures={asked ? figuresOf(answer.data) : ''}
          busy={answer.isFetching}
          list={results.length > 0 ? list : undefined}
          marked={at >= 0 ? `${list}-${at}` : undefined}
          box={box}
        />
        <div className="flex flex-wrap items-center gap-2">
          <ModeChips mode={terms.mode} onChange={(mode) => changeTerms({ mode })} />
          <FilterChips id={id} terms={terms} onChange={(change) => changeTerms(change)} />
        </div>
      </search>
      <ContextMenu entries={menu.entries}>
        <div
          onContextMenuCapture={menu.follow}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
          tabIndex={0}
          role="group"
          data-scrolls
          aria-label="What was found"
          className="min-h-0 flex-1 overflow-y-auto px-3 pt-1 pb-4 -outline-offset-2 md:px-4"
        >
          {terms.like !== null && <LikeNote {...terms.like} />}
          {terms.duplicates && <Duplicates id={id} />}
          {!asked && !terms.duplicates && <SearchStart />}
          {asked && answer.error !== null && (
            <ErrorNote error={answer.error} title="The search was not answered." />
          )}
          {asked && answer.isPending && !answer.isFetching && (
            <p role="status" className="text-small text-ink-2">
              The folder is being read for the first time. What is found comes as soon as there is something.
            </p>
          )}
          {asked && answer.error === null && answer.data !== undefined && (
            <Results
              workspace={id}
              list={list}
              answer={answer.data}
              terms={terms}
              marked={at}
              place={place}
              onOpen={(result) => openResult(result, true)}
              onMore={limit < MOST ? () => setState({ of: search, marked: at, limit: MOST }) : undefined}
            />
          )}
        </div>
      </ContextMenu>
    </section>
  );
}

/** The key for it works while the box is there, and when it came here because of the key. */
function useFocusOnDemand(
  box: React.RefObject<HTMLTextAreaElement | null>,
  type: (text: string) => void,
): void {
  useShortcut('code.search', () => box.current?.select());
  const wanted = useFocusWanted((state) => state.box && !state.composing);
  const latest = useRef(type);
  useEffect(() => {
    latest.current = type;
  });
  useEffect(() => {
    if (!wanted) return;
    const typed = takeTyped();
    box.current?.focus();
    if (typed !== '') latest.current(typed);
  }, [wanted, box]);
}

function figuresOf(answer: SearchAnswer | undefined): string {
  if (answer === undefined) return '';
  const count = `${answer.results.length}${answer.truncated ? '+' : ''}`;
  const { total } = answer.took;
  const time = total < 1000 ? `${Math.max(1, Math.round(total))} ms` : `${(total / 1000).toFixed(1)} s`;
  return `${count} ${answer.results.length === 1 ? 'result' : 'results'} · ${time}`;
}
