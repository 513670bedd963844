'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { notify, notifyError } from '#app/_ui/toast.ts';
import { useHubToken, useSaveHubToken } from './queries.ts';

const KEPT = {
  keychain: 'Kept in the keychain.',
  file: 'Kept in a file that only you can read.',
  none: 'Forgotten.',
};

/** For gated repositories. The token goes in and never comes back. */
export function HubToken() {
  const { data } = useHubToken();
  const save = useSaveHubToken();
  const [token, setToken] = useState('');
  const put = (value: string | null) =>
    save.mutate(value, {
      onSuccess: ({ where }) => {
        setToken('');
        notify(KEPT[where]);
      },
      onError: notifyError,
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put(token.trim());
  };
  return (
    <form onSubmit={submit} className="rounded-card border border-line bg-surface p-3">
      <TextField
        label="Hub token"
        name="hub-token"
        type="password"
        mono
        placeholder={data?.present === true ? 'one is kept' : 'hf_…'}
        value={token}
        onChange={(event) => setToken(event.target.value)}
        hint="Only for gated repositories. It is sent to the Hub and nowhere else."
      />
      <div className="mt-2.5 flex gap-2">
        <Button type="submit" size="small" disabled={save.isPending || token.trim().length < 8}>
          Save
        </Button>
        {data?.present === true && (
          <Button size="small" look="danger" disabled={save.isPending} onClick={() => put(null)}>
            Forget
          </Button>
        )}
      </div>
    </form>
  );
}
