'use client';

import { Search, X } from 'lucide-react';
import type { KeyboardEvent, RefObject } from 'react';
import { classes } from '#app/_ui/classes.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';

interface SearchBoxProps {
  text: string;
  onType: (text: string) => void;
  onKey: (event: KeyboardEvent) => void;
  /** Count and time; empty while there is nothing to say. */
  figures: string;
  busy: boolean;
  /** Ids of the list, while there is one, and of its marked result. */
  list: string | undefined;
  marked: string | undefined;
  box: RefObject<HTMLTextAreaElement | null>;
}

/** The one box: words, a symbol, a path, a question, or an error trace with its lines. */
export function SearchBox({ text, onType, onKey, figures, busy, list, marked, box }: SearchBoxProps) {
  return (
    <div className="flex min-h-10 items-center gap-2.5 rounded-card border border-line-strong bg-surface px-3 focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/20">
      <Search size={17} aria-hidden="true" className={classes('text-ink-2', busy && 'text-accent')} />
      <textarea
        ref={box}
        rows={1}
        aria-label="Search the code"
        aria-controls={list}
        aria-activedescendant={marked}
        aria-autocomplete="list"
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="search"
        placeholder="Words, a name, a path, a question"
        value={text}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={onKey}
        className="max-h-28 min-w-0 flex-1 resize-none overflow-y-auto bg-transparent py-2 text-reading leading-[22px] outline-none [field-sizing:content] placeholder:text-ink-3"
      />
      <output className="figures shrink-0 whitespace-nowrap text-tiny text-ink-2 max-sm:text-key">
        {figures}
      </output>
      {text !== '' && (
        <IconButton
          icon={X}
          label="Clear the search"
          size="small"
          onClick={() => onType('')}
          className="-mr-1.5"
        />
      )}
    </div>
  );
}
