'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { type ApiKey, useRenameKey, useRevokeKey } from './queries.ts';

export function KeyRow({ entry }: { entry: ApiKey }) {
  const [asking, setAsking] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const revoke = useRevokeKey();
  const gone = entry.revoked_at !== null;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3">
      <div className="min-w-0 flex-[1_1_220px]">
        {renaming ? (
          <RenameForm entry={entry} onDone={() => setRenaming(false)} />
        ) : (
          <p className={gone ? 'truncate text-ink-3 line-through' : 'truncate font-medium'}>{entry.name}</p>
        )}
        <p className="mt-0.5 text-tiny text-ink-3">
          <span className="figures">{entry.prefix}…</span> · {entry.scopes.join(', ')} · {historyOf(entry)}
        </p>
      </div>
      {!gone && !renaming && (
        <div className="flex gap-2">
          <Button
            size="small"
            look="quiet"
            aria-label={`Rename ${entry.name}`}
            onClick={() => setRenaming(true)}
          >
            Rename
          </Button>
          <Button
            size="small"
            look="danger"
            aria-label={`Revoke ${entry.name}`}
            onClick={() => setAsking(true)}
          >
            Revoke
          </Button>
        </div>
      )}
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Revoke the key of ${entry.name}?`}
        description="Programs that use it are refused from now on, and what they are being answered ends."
        actions={
          <>
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button
              look="primary"
              disabled={revoke.isPending}
              onClick={() => revoke.mutate(entry.id, { onSuccess: () => setAsking(false) })}
            >
              Revoke
            </Button>
          </>
        }
      />
    </li>
  );
}

function RenameForm({ entry, onDone }: { entry: ApiKey; onDone: () => void }) {
  const [name, setName] = useState(entry.name);
  const rename = useRenameKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ id: entry.id, name: name.trim() }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="flex items-center gap-2">
      <TextField
        label={`Name of the key ${entry.prefix}`}
        hideLabel
        name="api-key-rename"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
        className="flex-1"
      />
      <Button type="submit" size="small" disabled={rename.isPending || name.trim() === ''}>
        Save
      </Button>
      <Button size="small" look="quiet" onClick={onDone}>
        Cancel
      </Button>
    </form>
  );
}

function historyOf({ created_at, last_used_at, revoked_at }: ApiKey): string {
  if (revoked_at !== null) return `revoked ${dateOf(revoked_at)}`;
  const used = last_used_at === null ? 'never used' : `last used ${dateOf(last_used_at)}`;
  return `made ${dateOf(created_at)}, ${used}`;
}

function dateOf(time: number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
