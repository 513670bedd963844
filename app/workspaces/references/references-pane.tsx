'use client';

import { ChevronDown, ChevronUp, CopyCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { showFile } from '../place.ts';
import { changeTerms } from '../search/search-place.ts';
import type { NamePlace } from '../viewer/names.ts';
import { groupReferences } from './group-references.ts';
import { PlaceList } from './place-list.tsx';
import { useReferences } from './use-references.ts';

interface ReferencesPaneProps {
  id: string;
  path: string;
  line: number | null;
  endLine: number | null;
  /** A name in the text that was pressed. */
  looked: NamePlace | null;
}

/** Below a file: who calls what one looks at, what tests it, and where else it is used. */
export function ReferencesPane({ id, path, line, endLine, looked }: ReferencesPaneProps) {
  const [open, setOpen] = useState(true);
  const { known, error } = useReferences(id, path, { line, endLine, looked });
  if (error !== null) {
    return (
      <div className="shrink-0 border-t border-line p-3">
        <ErrorNote error={error} title="Its uses are not known." />
      </div>
    );
  }
  if (known === null || known === undefined) return null;
  const { subject, definitions, references, tests, truncated } = known;
  const { called, tested, used, perhaps } = groupReferences(references, tests);
  const elsewhere = definitions.filter((one) => one.path !== path || one.line !== subject.line);
  const nothing = elsewhere.length + called.length + tested.length + used.length + perhaps.length === 0;
  const findSimilar = () => {
    const { path: home, line: at } = definitions[0] ?? { path, line: subject.line };
    changeTerms({ like: { path: home, line: at }, duplicates: false }, 'push');
    // Where the page is narrow the results take the place of the file.
    if (!matchMedia('(min-width: 48rem)').matches) showFile(null, 'replace');
  };
  return (
    <section
      aria-label={`Uses of ${subject.name}`}
      className="flex max-h-[42%] shrink-0 flex-col border-t border-line"
    >
      <header className="flex h-10 shrink-0 items-center gap-2 px-3 md:px-4">
        <h3 className="figures min-w-0 flex-1 truncate text-small">{subject.name}</h3>
        <Button look="quiet" size="small" icon={CopyCheck} onClick={findSimilar}>
          Similar code
        </Button>
        <IconButton
          icon={open ? ChevronDown : ChevronUp}
          label={open ? 'Hide the uses' : 'Show the uses'}
          aria-expanded={open}
          size="small"
          onClick={() => setOpen(!open)}
        />
      </header>
      {open && (
        <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-3 pb-3 md:px-4">
          <PlaceList
            title="Defined at"
            places={elsewhere.map((one) => ({ path: one.path, line: one.line, note: one.kind }))}
          />
          <PlaceList title="Called from" places={called} />
          <PlaceList title="Tested by" places={tested} />
          <PlaceList title="References" places={used} />
          <PlaceList title="The same name, perhaps another" places={perhaps} />
          {nothing && (
            <p className="text-small text-ink-2">
              {definitions.length === 0
                ? 'Nothing of this name is defined or used in the index.'
                : 'Nothing else in the index uses it.'}
            </p>
          )}
          {truncated && <p className="text-tiny text-ink-3">There are more uses than are shown.</p>}
        </div>
      )}
    </section>
  );
}
