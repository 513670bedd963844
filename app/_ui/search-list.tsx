'use client';

import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { classes } from './classes.ts';

interface SearchListProps {
  label: string;
  placeholder: string;
  /** What is said when nothing is found. */
  empty: string;
  /** The value that is marked first. */
  marked: string | null;
  /** Items of cmdk. */
  children: ReactNode;
  footer?: ReactNode;
  /** How high the list may grow. */
  className: string;
}

/** A list that is searched as one types, for a popover. */
export function SearchList({
  label,
  placeholder,
  empty,
  marked,
  children,
  footer,
  className,
}: SearchListProps) {
  const search = useRef<HTMLInputElement>(null);
  // The list is fetched after its popover has opened and taken the focus.
  useEffect(() => search.current?.focus(), []);
  return (
    <Command label={label} loop defaultValue={marked ?? undefined}>
      <div className="flex items-center gap-2.5 border-b border-line px-3">
        <Search size={15} aria-hidden="true" className="text-ink-3" />
        <Command.Input
          ref={search}
          placeholder={placeholder}
          className="h-10 min-w-0 flex-1 bg-transparent text-small outline-none placeholder:text-ink-3"
        />
      </div>
      <Command.List className={classes('overflow-y-auto p-1.5', className)}>
        <Command.Empty className="px-3 py-6 text-center text-ink-2">{empty}</Command.Empty>
        {children}
      </Command.List>
      {footer === undefined ? null : <footer className="border-t border-line px-3 py-2.5">{footer}</footer>}
    </Command>
  );
}
