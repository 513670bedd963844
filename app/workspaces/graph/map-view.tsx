'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Slider } from '#app/_ui/slider.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { RepoMap } from '#server/features/retrieval/graphs/contract.ts';
import { graphApi } from './graph-api.ts';

const [LEAST, MOST, STEP] = [256, 16_384, 256];

/** The most used signatures of a workspace in as many tokens as a person gives. */
export function MapView({ id }: { id: string }) {
  const [sliding, setSliding] = useState(2048);
  const [budget, setBudget] = useState(2048);
  const [folder, setFolder] = useState('');
  const question = { budget, folder: useDeferredValue(folder.trim().replace(/^\.?\/+|\/+$/g, '')) };
  const { data, error } = useQuery({
    queryKey: ['workspaces', 'map', id, question],
    queryFn: ({ signal }) => graphApi.map({ id, question, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <div className="flex min-h-0 flex-1 flex-col px-3 pt-2.5 md:px-4">
      <div className="flex flex-wrap items-end gap-x-5 gap-y-2">
        <TextField
          label="Folder"
          mono
          placeholder="everything"
          maxLength={1000}
          className="w-52"
          value={folder}
          onChange={(event) => setFolder(event.target.value)}
        />
        <div className="w-72">
          <p className="text-small font-medium">Tokens</p>
          <Slider
            label="Tokens"
            value={sliding}
            min={LEAST}
            max={MOST}
            step={STEP}
            onChange={setSliding}
            onCommit={setBudget}
          />
        </div>
        {data !== undefined && <CopyMap text={data.text} />}
      </div>
      {error !== null && (
        <div className="mt-3">
          <ErrorNote error={error} title="The map was not made." />
        </div>
      )}
      {data === undefined && error === null && (
        <p className="mt-3 text-small text-ink-3">Weighing what the workspace depends on</p>
      )}
      {data !== undefined && error === null && (
        <>
          <p role="status" className="figures mt-2 text-tiny text-ink-3">
            {countsOf(data)}
          </p>
          <section
            aria-label="Map"
            // Text that scrolls can be reached by the keyboard.
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
            className="mt-2 mb-4 min-h-0 flex-1 overflow-auto rounded-card border border-line bg-surface p-3 outline-none focus-visible:ring-2 focus-visible:ring-accent/40"
          >
            <pre className="figures text-tiny">{data.text}</pre>
          </section>
        </>
      )}
    </div>
  );
}

function countsOf({ tokens, counted_by: countedBy, files, total }: RepoMap): string {
  const shown = files.reduce((sum, { symbols }) => sum + symbols.length, 0);
  const how = countedBy === 'model' ? 'tokens' : 'tokens at four characters each';
  return `${tokens} ${how}: ${shown} of ${total.symbols} symbols in ${files.length} of ${total.files} files, the most used first.`;
}

function CopyMap({ text }: { text: string }) {
  const [copied, setCopied] = useState('');
  const isCopied = copied === text && text !== '';
  return (
    <Button
      icon={isCopied ? Check : Copy}
      disabled={text === ''}
      onClick={() => navigator.clipboard.writeText(text).then(() => setCopied(text), notifyError)}
    >
      {isCopied ? 'Copied' : 'Copy the map'}
    </Button>
  );
}
