'use client';

import { useSyncExternalStore } from 'react';
import { CopyText } from '#app/_ui/copy-text.tsx';

const noChanges = () => () => undefined;

/** The base URL of this very daemon, and a request that works once the key is filled in. */
export function Example() {
  const origin = useSyncExternalStore(
    noChanges,
    () => window.location.origin,
    () => '',
  );
  const curl = [
    `curl ${origin}/v1/chat/completions`,
    '-H "Authorization: Bearer $MLX_CODE_KEY"',
    `-d '{"messages":[{"role":"user","content":"Hello"}]}'`,
  ];
  return (
    <div className="px-4 py-3">
      <p className="font-medium">Base URL</p>
      <CopyText text={`${origin}/v1`} label="base URL" />
      <p className="mt-2.5 font-medium">Try it</p>
      <pre className="figures mt-1 overflow-x-auto rounded-control border border-line bg-bg px-3 py-2 text-tiny">
        {curl.join(' \\\n  ')}
      </pre>
      <CopyText text={curl.join(' ')} label="example" />
    </div>
  );
}
