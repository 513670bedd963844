'use client';

import { Box, Braces, ChevronRight, FileText, Folder } from 'lucide-react';
import { useEffect } from 'react';
import { classes } from '#app/_ui/classes.ts';
import type { MarkEntry } from './use-mark-menu.ts';

export const MARK_MENU = 'mark-menu';
const ICONS = { file: FileText, folder: Folder, symbol: Braces, model: Box, command: ChevronRight };

interface MarkMenuProps {
  entries: readonly MarkEntry[];
  chosen: number;
  /** What is said when there are none. */
  empty: string;
  onChoose: (entry: MarkEntry) => void;
}

/** The list above the message while a mark is typed; the text field keeps the focus and its keys choose. */
export function MarkMenu({ entries, chosen, empty, onChoose }: MarkMenuProps) {
  useEffect(() => {
    document.getElementById(`${MARK_MENU}-${chosen}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div className="absolute inset-x-2.5 bottom-full z-20 mx-auto mb-1.5 max-w-[624px] rounded-card border border-line bg-surface p-1.5 shadow-raised md:inset-x-4">
      {entries.length === 0 ? <p className="px-2.5 py-2 text-small text-ink-2">{empty}</p> : null}
      <div
        id={MARK_MENU}
        role="listbox"
        aria-label="Suggestions"
        className="max-h-[min(320px,40vh)] overflow-y-auto empty:hidden"
      >
        {entries.map((entry, index) => {
          const Icon = ICONS[entry.kind];
          return (
            <div
              key={entry.id}
              id={`${MARK_MENU}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onChoose(entry)}
              onKeyDown={() => undefined}
              className={classes(
                'flex h-8 cursor-default items-center gap-2.5 rounded-control px-2.5 text-small pointer-coarse:h-11',
                index === chosen ? 'bg-hover' : 'hover:bg-hover',
              )}
            >
              <Icon size={15} aria-hidden="true" className="shrink-0 text-ink-3" />
              <span className="max-w-[60%] shrink-0 truncate">{entry.label}</span>
              <span className="min-w-0 flex-1 truncate text-right text-tiny text-ink-3">{entry.hint}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
