'use client';

import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Example } from './example.tsx';
import { KeyRow } from './key-row.tsx';
import { NewKey } from './new-key.tsx';
import { useKeys } from './queries.ts';

/** Keys for editors and scripts that speak OpenAI's protocol to this machine. */
export function ApiKeys() {
  const { data, error } = useKeys();
  return (
    <>
      <NewKey />
      {error && <ErrorNote error={error} />}
      <ul aria-label="API keys">
        {data?.keys.map((entry) => (
          <KeyRow key={entry.id} entry={entry} />
        ))}
      </ul>
      <Example />
    </>
  );
}
