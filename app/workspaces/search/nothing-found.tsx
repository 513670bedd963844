'use client';

import { Button } from '#app/_ui/button.tsx';
import { changeTerms, hasFilters, type SearchTerms } from './search-place.ts';

interface NothingFoundProps {
  terms: SearchTerms;
  /** Something follows, with little of what was asked. */
  any: boolean;
}

/** Says plainly that it is not there, and what may find it. */
export function NothingFound({ terms, any }: NothingFoundProps) {
  const { mode, like } = terms;
  const filtered = hasFilters(terms);
  const clear = () => changeTerms({ languages: [], paths: [], kinds: [] });
  return (
    <div role="status" className="rounded-card border border-line bg-sunken px-3 py-3 text-small">
      <p className="font-medium">Nothing relevant was found.</p>
      <p className="mt-1 text-ink-2 text-pretty">{sentence(terms, any)}</p>
      {like === null && (
        <div className="mt-2.5 flex flex-wrap gap-2 empty:hidden">
          {filtered && (
            <Button size="small" onClick={clear}>
              Without the filters
            </Button>
          )}
          {mode !== 'all' && (
            <Button size="small" onClick={() => changeTerms({ mode: 'all' })}>
              Search everything
            </Button>
          )}
          {mode !== 'exact' && (
            <Button size="small" onClick={() => changeTerms({ mode: 'exact' })}>
              As exact text
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function sentence({ like, mode }: SearchTerms, any: boolean): string {
  if (any) return 'What follows has only a little of what you asked for.';
  if (like !== null) return 'No other code in this workspace is much like it.';
  if (mode === 'symbols')
    return 'Nothing of this name is defined here. Try a part of the name, or its initials.';
  if (mode === 'exact') return 'No indexed file has this text. Letters count as they are typed.';
  if (mode === 'regex') return 'No line of an indexed file matches.';
  return 'Try fewer words, words that the code itself would use, or the exact text. Ignored files are not searched.';
}
