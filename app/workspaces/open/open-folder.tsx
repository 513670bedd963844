'use client';

import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { Dialog } from '#app/_ui/dialog.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { useWorkspaceActions } from '../use-workspaces.ts';
import { FolderBrowser } from './folder-browser.tsx';
import { PathField } from './path-field.tsx';

interface OpenFolderProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** A folder to work in: its path typed with completion, or found by looking through folders. */
export function OpenFolder({ open, onOpenChange }: OpenFolderProps) {
  const { open: openWorkspace } = useWorkspaceActions();
  const [path, setPath] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const change = (next: string) => {
    setPath(next);
    setError(null);
  };
  const confirm = () => {
    if (path.trim() === '' || busy) return;
    setBusy(true);
    openWorkspace(path.trim().replace(/(.)\/+$/, '$1'))
      .then(() => onOpenChange(false), setError)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Open a folder"
      description="Its files are indexed on this machine and stay where they are. What .gitignore names is left out."
      wide
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="primary" disabled={path.trim() === '' || busy} onClick={confirm}>
            {busy ? 'Opening' : 'Open'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <PathField path={path} onChange={change} onConfirm={confirm} />
        {error !== null && <ErrorNote error={error} title="The folder was not opened." />}
        <FolderBrowser
          onChange={(folder, why) => {
            change(folder);
            setRefusal(why);
          }}
          onConfirm={confirm}
        />
        {refusal !== null && error === null && <p className="text-tiny text-ink-2">{refusal}</p>}
      </div>
    </Dialog>
  );
}
