'use client';

import { Copy } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { CopyText } from '#app/_ui/copy-text.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notify, notifyError } from '#app/_ui/toast.ts';

const noChanges = () => () => undefined;

/** The base URL of this very daemon, and a request that works once the key is filled in. */
export function Example() {
  const origin = useSyncExternalStore(
    noChanges,
    () => window.location.origin,
    () => '',
  );
  const example = [
    `curl ${origin}/v1/chat/completions`,
    '-H "Authorization: Bearer $MLX_CODE_KEY"',
    `-d '{"messages":[{"role":"user","content":"Hello"}]}'`,
  ].join(' \\\n  ');
  const copy = () => navigator.clipboard.writeText(example).then(() => notify('Copied.'), notifyError);
  return (
    <div className="px-4 py-3">
      <p className="font-medium">Base URL</p>
      <CopyText text={`${origin}/v1`} label="base URL" />
      <p className="mt-2.5 font-medium">Try it</p>
      <div className="mt-1 flex items-start rounded-control border border-line bg-bg">
        <pre className="figures min-w-0 flex-1 overflow-x-auto px-3 py-2 text-tiny">{example}</pre>
        <IconButton icon={Copy} size="small" label="Copy the example" onClick={copy} />
      </div>
    </div>
  );
}
