'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { Block } from '../block.tsx';
import { compareApi } from '../compare-api.ts';
import { keys } from '../use-comparison.ts';
import { ConversationChoice } from './conversation-choice.tsx';
import { formatOf } from './set-format.ts';
import { RowProblems } from './row-problems.tsx';

type Source = 'text' | 'file' | 'conversations';

const SOURCES: { value: Source; label: string }[] = [
  { value: 'text', label: 'Paste' },
  { value: 'file', label: 'File' },
  { value: 'conversations', label: 'Conversations' },
];

/** A set from text, a CSV or JSONL file, or the first questions of past conversations. */
export function NewSet({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [source, setSource] = useState<Source>('text');
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [chosen, setChosen] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: async () => {
      if (source === 'conversations') {
        const set = await compareApi.setFromConversations(name.trim(), chosen);
        return { set, problems: [], problem_count: 0 };
      }
      const body = source === 'text' ? text : ((await file?.text()) ?? '');
      return compareApi.createSet({
        name: name.trim(),
        format: source === 'text' ? 'text' : formatOf(file?.name ?? ''),
        body,
      });
    },
    onSuccess: ({ problem_count }) => {
      void client.invalidateQueries({ queryKey: keys.sets });
      if (problem_count === 0) onDone();
    },
  });
  const filled = { text: text.trim() !== '', file: file !== null, conversations: chosen.length > 0 }[source];
  const ready = name.trim() !== '' && filled && !create.isPending;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) create.mutate();
  };
  if (create.data !== undefined && create.data.problem_count > 0)
    return <RowProblems result={create.data} onDone={onDone} />;
  return (
    <Block title="New prompt set">
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <TextField
          label="Name"
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
        />
        <div>
          <Segmented
            label="Where the prompts come from"
            value={source}
            options={SOURCES}
            onChange={setSource}
          />
        </div>
        {source === 'text' ? <PastedText value={text} onChange={setText} /> : null}
        {source === 'file' ? (
          <FileField
            file={file}
            onChange={(next) => {
              setFile(next);
              if (name === '') setName(next?.name.replace(/\.\w+$/, '').slice(0, 120) ?? '');
            }}
          />
        ) : null}
        {source === 'conversations' ? <ConversationChoice chosen={chosen} onChange={setChosen} /> : null}
        {create.isError ? <ErrorNote error={create.error} title="The set was not made." /> : null}
        <div className="flex gap-2">
          <Button type="submit" look="primary" disabled={!ready}>
            {create.isPending ? 'Reading the prompts' : 'Make the set'}
          </Button>
          <Button look="quiet" onClick={onDone}>
            Cancel
          </Button>
        </div>
      </form>
    </Block>
  );
}

function PastedText({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="font-medium">
        Prompts
      </label>
      <textarea
        id={id}
        rows={6}
        value={value}
        placeholder={'Reverse a linked list in Python.\n\nExplain what a monad is to a child.'}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1.5 block max-h-[50vh] w-full resize-y rounded-control border border-line bg-surface px-3 py-2 outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <p className="mt-1 text-tiny text-ink-3">One prompt a paragraph, with an empty line between them.</p>
    </div>
  );
}

function FileField({ file, onChange }: { file: File | null; onChange: (file: File | null) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="font-medium">
        CSV or JSONL file
      </label>
      <input
        id={id}
        type="file"
        accept=".csv,.jsonl,.ndjson,.txt,text/csv"
        onChange={({ currentTarget }) => onChange(currentTarget.files?.[0] ?? null)}
        className="mt-1.5 block w-full rounded-control border border-line bg-surface p-2 file:mr-3 file:rounded-control file:border file:border-line file:bg-sunken file:px-2.5 file:py-1"
      />
      <p className="mt-1 text-tiny text-ink-3 text-pretty">
        {file === null ? '' : `${file.name}. `}A CSV has a header with <code>prompt</code>, and if wanted{' '}
        <code>system_prompt</code>, <code>tags</code>, <code>contains</code>, <code>regex</code>,{' '}
        <code>json_schema</code>, <code>exact</code>. Rows that cannot be read are named; the others are kept.
      </p>
    </div>
  );
}
