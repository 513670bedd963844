'use client';

import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useId, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import type { SymbolEntry } from '#server/features/retrieval/search/contract.ts';
import { searchApi } from '../search/search-api.ts';
import { showName } from '../show-name.ts';
import { showGraph } from './graph-place.ts';

const MOST = 8;

/** A box for the name of a symbol, with those that fit while it is typed. */
export function SymbolChoice({ id, name }: { id: string; name: string }) {
  const list = useId();
  const [text, setText] = useState(name);
  const [marked, setMarked] = useState(0);
  const [open, setOpen] = useState(false);
  const query = useDeferredValue(text.trim());
  const { data } = useQuery({
    queryKey: ['workspaces', 'symbols', id, query],
    queryFn: ({ signal }) => searchApi.symbols(id, query, signal),
    enabled: open && query !== '',
    retry: false,
  });
  const found = open && query !== '' ? (data ?? []).slice(0, MOST) : [];
  const choose = (symbol: SymbolEntry | undefined) => {
    if (symbol === undefined) return;
    setOpen(false);
    setText(symbol.name);
    showGraph({ symbol: { name: symbol.name, path: symbol.path, line: symbol.line } });
  };
  return (
    <div className="relative w-64">
      <input
        type="text"
        role="combobox"
        aria-label="Symbol"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${list}-${marked}` : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        placeholder="Name of a function or class"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setMarked(0);
          setOpen(true);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined && found.length > 0) {
            event.preventDefault();
            setMarked((marked + step + found.length) % found.length);
          } else if (event.key === 'Enter') choose(found[marked]);
          else if (event.key === 'Escape' && open) {
            event.stopPropagation();
            setOpen(false);
          }
        }}
        className="figures h-8 w-full rounded-control border border-line bg-surface px-2.5 text-small outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <div
        id={list}
        role="listbox"
        aria-label="Symbols that fit"
        className={classes(
          'absolute top-9 left-0 z-20 w-80 max-w-[90vw] rounded-card border border-line bg-surface p-1 shadow-raised',
          found.length === 0 && 'hidden',
        )}
      >
        {found.map((symbol, at) => (
          <div
            key={`${symbol.path}:${symbol.line}:${symbol.name}`}
            id={`${list}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === marked}
            // The box keeps the focus, so that a press is not taken for leaving it.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(symbol)}
            onKeyDown={undefined}
            className={classes('cursor-pointer rounded-key px-2 py-1', at === marked && 'bg-hover')}
          >
            <span className="figures block truncate text-small">{showName(symbol.name)}</span>
            <span className="block truncate text-tiny text-ink-3">
              {symbol.kind} · {showName(symbol.path)}:{symbol.line}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
