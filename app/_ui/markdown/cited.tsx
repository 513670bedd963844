'use client';

import { Check } from 'lucide-react';
import NextLink from 'next/link';
import { createContext, type ReactNode, useContext } from 'react';

/** Where a citation in a text leads, and whether it was verified. */
export interface CitedPlace {
  /** A page of this app; null when there is none. */
  href: string | null;
  verified: boolean;
  /** A number in the text, shown as a small mark. */
  isNumber: boolean;
  /** Shown on hover, e.g. `src/a.ts:12, verified`. */
  title: string;
}

interface Cited {
  places: readonly CitedPlace[];
  /** Code blocks by their trimmed text: an index into `places`. */
  blocks: ReadonlyMap<string, number>;
}

const NOTHING: Cited = { places: [], blocks: new Map() };
const CitedContext = createContext<Cited>(NOTHING);
const ADDRESS = /^#cited-(\d{1,5})$/;

/** Gives the Markdown within its citations: links to `#cited-<index>` become what the index says. */
export function CitedText({ cited, children }: { cited: Cited; children: ReactNode }) {
  return <CitedContext value={cited}>{children}</CitedContext>;
}

/** The citation that a link of the text stands for, if it does. */
export function useCitedPlace(address: string | undefined): CitedPlace | undefined {
  const { places } = useContext(CitedContext);
  const index = ADDRESS.exec(address ?? '')?.[1];
  return index === undefined ? undefined : places[Number(index)];
}

export function CitedLink({ place, children }: { place: CitedPlace; children: ReactNode }) {
  const { href, verified, isNumber, title } = place;
  const look = `${isNumber ? 'md-cited-number' : 'md-cited'} ${verified ? 'md-verified' : 'md-unverified'}`;
  const told = (
    <>
      {children}
      <span className="sr-only"> ({verified ? 'verified' : 'not in the sources'})</span>
    </>
  );
  if (href === null) {
    return (
      <span className={look} title={title}>
        {told}
      </span>
    );
  }
  return (
    <NextLink href={href} prefetch={false} className={look} title={title}>
      {told}
    </NextLink>
  );
}

/** Beside the name of a code block that was held against the sources. */
export function CitedBlock({ code }: { code: string }) {
  const { places, blocks } = useContext(CitedContext);
  const place = blocks.size === 0 ? undefined : places[blocks.get(code.trim()) ?? -1];
  if (place === undefined) return null;
  if (!place.verified || place.href === null)
    return (
      <span className="md-not-quoted" title={place.title}>
        not in the sources
      </span>
    );
  return (
    <NextLink href={place.href} prefetch={false} className="md-quoted" title={place.title}>
      <Check size={13} aria-hidden="true" />
      <span className="truncate">{place.title}</span>
    </NextLink>
  );
}
