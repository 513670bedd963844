'use client';

import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { toApiError } from '#app/_client/api-error.ts';
import { Button } from '#app/_ui/button.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { useFolderChange, useFolders } from './queries.ts';

/** The panel tab: where models are looked for. */
export function Folders() {
  const { data } = useFolders();
  const change = useFolderChange();
  const [path, setPath] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ path: path.trim(), action: 'add' }, { onSuccess: () => setPath('') });
  };
  const adding = change.variables?.action === 'add';
  return (
    <div className="flex flex-col gap-3 pt-1">
      <form onSubmit={submit} className="rounded-card border border-line bg-surface p-3">
        <TextField
          label="Add a folder"
          name="folder"
          mono
          placeholder="/path/to/models"
          value={path}
          onChange={(event) => setPath(event.target.value)}
          problem={adding && change.error !== null ? toApiError(change.error).message : null}
          hint="MLX model directories in it are listed; nothing is copied or changed."
        />
        <Button type="submit" className="mt-2.5 w-full" disabled={change.isPending || path.trim() === ''}>
          {change.isPending && adding ? 'Looking through it…' : 'Add'}
        </Button>
      </form>
      <ul aria-label="Folders" className="overflow-hidden rounded-card border border-line bg-surface">
        {data?.folders.map((folder) => (
          <li
            key={folder.path}
            className="flex items-center gap-2 border-b border-line px-3 py-2 last:border-b-0"
          >
            <div className="min-w-0 flex-1">
              <p className="figures break-all text-tiny">{folder.path}</p>
              <p className="text-tiny text-ink-3">
                {folder.exists ? `${folder.models} ${folder.models === 1 ? 'model' : 'models'}` : 'not there'}
              </p>
            </div>
            {folder.source === 'added' && (
              <IconButton
                icon={X}
                size="small"
                label={`Remove ${folder.path}`}
                disabled={change.isPending}
                onClick={() =>
                  change.mutate({ path: folder.path, action: 'remove' }, { onError: notifyError })
                }
              />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
