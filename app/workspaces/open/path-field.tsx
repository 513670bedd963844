'use client';

import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useId, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';

const MOST_SHOWN = 8;

interface PathFieldProps {
  path: string;
  onChange: (path: string) => void;
  onConfirm: () => void;
}

/** A path as it is typed, with the folders that it may go on with. Tab takes the marked one, Enter opens what stands there. */
export function PathField({ path, onChange, onConfirm }: PathFieldProps) {
  const id = useId();
  const [typing, setTyping] = useState(false);
  const [marked, setMarked] = useState(0);
  const cut = path.lastIndexOf('/') + 1;
  const [folder, begin] = [path.slice(0, cut), path.slice(cut)];
  const hidden = begin.startsWith('.');
  const { data } = useQuery({
    queryKey: keys.folders(folder, hidden),
    queryFn: () => workspacesApi.folders(folder, hidden),
    enabled: typing && /^[~/]/.test(folder),
    retry: false,
  });
  const matching = (data?.folders ?? []).filter(({ name }) =>
    name.toLowerCase().startsWith(begin.toLowerCase()),
  );
  const found = typing ? matching.slice(0, MOST_SHOWN) : [];
  const take = (name: string | undefined) => {
    if (name === undefined) return;
    setMarked(0);
    onChange(`${folder}${name}/`);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setMarked((marked + step + found.length) % found.length);
    } else if (event.key === 'Tab' && !event.shiftKey && found.length > 0 && begin !== '') {
      event.preventDefault();
      take(found[Math.min(marked, found.length - 1)]?.name);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      onConfirm();
    } else if (event.key === 'Escape' && found.length > 0) {
      event.stopPropagation();
      setTyping(false);
    }
  };
  return (
    <div className="relative">
      <label htmlFor={id} className="text-small font-medium">
        Path
      </label>
      <input
        id={id}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${marked}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder="~/code/project"
        value={path}
        onChange={(event) => {
          setTyping(true);
          setMarked(0);
          onChange(event.target.value);
        }}
        onBlur={() => setTyping(false)}
        onKeyDown={press}
        className="figures mt-1.5 h-9 w-full rounded-control border border-line bg-surface px-2.5 text-small outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Folders"
        className={classes(
          'absolute inset-x-0 top-full z-10 mt-1 rounded-card border border-line bg-surface p-1 shadow-raised',
          found.length === 0 && 'hidden',
        )}
      >
        {found.map(({ name, repository }, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys go to the field
          <div
            key={name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === marked}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(name)}
            className={classes(
              'flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 text-small',
              index === marked && 'bg-hover',
            )}
          >
            <span className="figures truncate">{name}</span>
            {repository && <span className="text-tiny text-ink-3">repository</span>}
          </div>
        ))}
      </div>
    </div>
  );
}
