'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { CopyText } from '#app/_ui/copy-text.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { type ApiScope, useCreateKey } from './queries.ts';

const SCOPES: { scope: ApiScope; label: string }[] = [
  { scope: 'chat', label: 'Chat' },
  { scope: 'embeddings', label: 'Embeddings' },
  { scope: 'models', label: 'List of models' },
];

export function NewKey() {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ApiScope[]>(SCOPES.map(({ scope }) => scope));
  const create = useCreateKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name: name.trim(), scopes }, { onSuccess: () => setName('') });
  };
  const toggle = (scope: ApiScope, wanted: boolean) =>
    setScopes(wanted ? [...scopes, scope] : scopes.filter((other) => other !== scope));
  return (
    <form onSubmit={submit} className="flex flex-col gap-2.5 border-b border-line px-4 py-3">
      <TextField
        label="What uses it"
        name="api-key-name"
        placeholder="my editor"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
        hint="A key lets a program on this machine use the models here, and nothing else of MLX Code."
      />
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1 text-small">
        <legend className="sr-only">What the key may be used for</legend>
        {SCOPES.map(({ scope, label }) => (
          <label key={scope} className="reach flex items-center gap-1.5">
            <input
              type="checkbox"
              className="accent-accent"
              checked={scopes.includes(scope)}
              onChange={(event) => toggle(scope, event.target.checked)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" disabled={create.isPending || name.trim() === '' || scopes.length === 0}>
          Make a key
        </Button>
      </div>
      {create.data && (
        <div role="status" className="rounded-control border border-line bg-bg px-3 py-2">
          <p className="text-small font-medium">Copy the key of {create.data.entry.name} now.</p>
          <p className="mb-1 text-tiny text-ink-3">It is kept as a hash only and is never shown again.</p>
          <CopyText text={create.data.key} label="API key" />
        </div>
      )}
    </form>
  );
}
