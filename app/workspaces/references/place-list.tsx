'use client';

import { useState } from 'react';
import { showFile } from '../place.ts';
import { showName } from '../show-name.ts';
import type { ReferencePlace } from './group-references.ts';

const FIRST = 6;

/** Places in files; each opens its file at the line. */
export function PlaceList({ title, places }: { title: string; places: ReferencePlace[] }) {
  const [all, setAll] = useState(false);
  if (places.length === 0) return null;
  const shown = all ? places : places.slice(0, FIRST);
  return (
    <section>
      <h4 className="text-tiny text-ink-3">{title}</h4>
      <ul className="mt-0.5">
        {shown.map(({ path, line, note }) => (
          <li key={`${path}:${line}:${note}`}>
            <button
              type="button"
              onClick={() => showFile({ path, line })}
              className="reach flex min-h-7 w-full items-center gap-2.5 rounded-control text-left text-tiny hover:bg-hover"
            >
              <span className="figures min-w-0 truncate" dir="auto">
                {showName(path)}
                {line !== null && <span className="text-ink-2">:{line}</span>}
              </span>
              <span className="truncate text-ink-3">{note}</span>
            </button>
          </li>
        ))}
      </ul>
      {places.length > shown.length && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="reach h-7 text-tiny text-accent hover:underline"
        >
          Show all {places.length}
        </button>
      )}
    </section>
  );
}
