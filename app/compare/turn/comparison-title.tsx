import { ArrowLeft } from 'lucide-react';
import Link from 'next/link';
import type { Comparison } from '#server/features/compare/contract.ts';
import { Pill } from '../pill.tsx';
import { addressOf } from '../place.ts';

/** The way back, the title, and the terms of the comparison. */
export function ComparisonTitle({ comparison }: { comparison: Comparison | undefined }) {
  return (
    <>
      <Link
        href={addressOf.list}
        prefetch={false}
        aria-label="All comparisons"
        className="reach inline-flex size-8 shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-hover hover:text-ink"
      >
        <ArrowLeft size={17} aria-hidden="true" />
      </Link>
      <h1 className="min-w-0 truncate text-heading font-semibold">{comparison?.title || 'Comparison'}</h1>
      <span className="flex gap-1.5 max-sm:hidden">
        {comparison?.blind === true ? (
          <Pill meaning="Sides are shuffled; names and timings are hidden until the vote.">blind</Pill>
        ) : null}
        {comparison?.fair_timing === true ? (
          <Pill meaning="One answer at a time with nothing beside it, so that timings can be compared.">
            fair timing
          </Pill>
        ) : null}
      </span>
    </>
  );
}
