'use client';

import { type MouseEvent, useEffect, useRef } from 'react';
import { putEntry } from '#app/_client/folder-entry.ts';
import { classes } from '#app/_ui/classes.ts';
import { Tooltip } from '#app/_ui/tooltip.tsx';
import type { SearchResult } from '#server/features/retrieval/search/contract.ts';
import { fileEntry } from '../ask.ts';
import { addressOf } from '../place.ts';
import { FilePath } from '../file-path.tsx';
import { showName } from '../show-name.ts';
import { explain } from './explain.ts';
import { SnippetLines } from './snippet-lines.tsx';
import { WhyBars } from './why-bars.tsx';

interface ResultCardProps {
  workspace: string;
  id: string;
  result: SearchResult;
  /** The keys of the box are on it. */
  marked: boolean;
  /** Its file and line are on the screen. */
  shown: boolean;
  onOpen: () => void;
}

/** One place that was found: where, what it is, its lines, and why it is there. */
export function ResultCard({ workspace, id, result, marked, shown, onOpen }: ResultCardProps) {
  const { path, line, end_line: endLine, snippet, language, changed } = result;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (marked) card.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  const press = (event: MouseEvent) => {
    // Selected text is to be copied, not to be left.
    if (getSelection()?.isCollapsed === false) return;
    if (event.metaKey || event.ctrlKey) open(addressOf(workspace, { path, line, endLine }), '_blank');
    else onOpen();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys go to the box
    <div
      ref={card}
      id={id}
      role="option"
      aria-selected={marked}
      aria-describedby={`${id}-why`}
      onClick={press}
      className={classes(
        'cursor-pointer scroll-my-2 rounded-card border bg-surface px-3 py-2.5 transition-colors',
        marked ? 'border-accent ring-2 ring-accent/20' : 'border-line hover:border-line-strong',
        shown && !marked && 'border-accent/60',
      )}
    >
      <div className="mb-1 flex min-w-0 items-baseline gap-2.5">
        <span
          className="figures flex min-w-0 text-small"
          dir="auto"
          title={showName(path)}
          // Not the whole card: its lines can be selected.
          draggable
          onDragStart={({ dataTransfer }) => {
            putEntry(dataTransfer, { workspace, ...fileEntry({ path, line, endLine }) });
          }}
        >
          <FilePath path={path}>
            <span className="text-ink-2">:{line}</span>
          </FilePath>
        </span>
        <span className="min-w-12 flex-1 truncate text-small text-ink-2">{nameOf(result)}</span>
        {changed && (
          <Tooltip text={'The file changed since it was indexed.\nThese are its lines as they are now.'}>
            <span className="shrink-0 rounded-full border border-line px-1.5 text-tiny text-warn">
              changed
            </span>
          </Tooltip>
        )}
        <WhyBars result={result} />
      </div>
      <span id={`${id}-why`} hidden>
        {explain(result)}
      </span>
      <SnippetLines snippet={snippet} language={language} />
    </div>
  );
}

function nameOf({ name, container, kind }: SearchResult): string {
  if (name === null) return '';
  const called = kind === 'function' || kind === 'method' ? `${name}()` : name;
  const owner = container?.split(' > ').at(-1);
  return owner === undefined || kind === 'section' ? called : `${owner}.${called}`;
}
