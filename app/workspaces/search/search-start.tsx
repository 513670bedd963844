'use client';

import { Copy, History } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { forgetSearches, recallSearches, useRecentSearches } from './recent-searches.ts';
import { changeTerms } from './search-place.ts';

/** What may be asked, and what was. */
export function SearchStart() {
  const searches = useRecentSearches((state) => state.searches);
  useEffect(recallSearches, []);
  return (
    <div className="flex max-w-xl flex-col gap-5 pt-1 max-md:hidden">
      <p className="text-small text-ink-2 text-pretty">
        Ask for words, a name such as <code className="figures text-ink">readFile</code> or its initials, a
        path, a pasted error with its lines, or put a question. Each result says why it is there.
      </p>
      {searches.length > 0 && (
        <section aria-label="Searches before">
          <header className="flex items-center gap-2 text-tiny text-ink-3">
            <h2 className="flex-1">Searches before</h2>
            <Button look="quiet" size="small" onClick={forgetSearches}>
              Forget them
            </Button>
          </header>
          <ul className="mt-1">
            {searches.map(({ query, mode }) => (
              <li key={`${mode} ${query}`}>
                <button
                  type="button"
                  onClick={() => changeTerms({ query, mode }, 'push')}
                  className="reach flex h-8 w-full items-center gap-2.5 rounded-control px-2 text-left text-small hover:bg-hover"
                >
                  <History size={14} aria-hidden="true" className="text-ink-3" />
                  <span className="min-w-0 truncate">{query}</span>
                  {mode !== 'all' && <span className="text-tiny text-ink-3">{mode}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div>
        <Button icon={Copy} onClick={() => changeTerms({ duplicates: true }, 'push')}>
          Find duplicate code
        </Button>
      </div>
    </div>
  );
}
