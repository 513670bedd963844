'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowUp, Folder, FolderGit2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { classes } from '#app/_ui/classes.ts';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import { showName } from '../show-name.ts';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';

interface FolderBrowserProps {
  /** A folder was entered; `refusal` says why it cannot be opened itself. */
  onChange: (path: string, refusal: string | null) => void;
  onConfirm: () => void;
}

/** The folders of this machine, a level at a time. */
export function FolderBrowser({ onChange, onConfirm }: FolderBrowserProps) {
  const [path, setPath] = useState('~');
  const [hidden, setHidden] = useState(false);
  const entered = useRef(false);
  const { data, error } = useQuery({
    queryKey: keys.folders(path, hidden),
    queryFn: () => workspacesApi.folders(path, hidden),
    placeholderData: (before) => before,
    retry: false,
  });
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    // Home is where one begins, not what one chose.
    if (data !== undefined && entered.current) latest.current(data.path, data.refusal);
  }, [data]);
  const above = data?.parent ?? null;
  const enter = (next: string) => {
    entered.current = true;
    setPath(next);
  };
  return (
    <section aria-label="Folders of this machine" className="rounded-card border border-line">
      <header className="flex min-h-10 items-center gap-1.5 border-b border-line px-1.5">
        <IconButton
          icon={ArrowUp}
          label="The folder above"
          size="small"
          disabled={above === null}
          onClick={() => above !== null && enter(above)}
        />
        <p className="figures min-w-0 flex-1 truncate text-tiny text-ink-2" title={data?.path}>
          {showName(data?.path ?? '')}
        </p>
        {(data?.roots ?? []).slice(1, 5).map((root) => (
          <button
            key={root.path}
            type="button"
            onClick={() => enter(root.path)}
            className="reach h-7 rounded-control px-2 text-tiny text-ink-2 hover:bg-hover hover:text-ink max-sm:hidden"
          >
            {root.name}
          </button>
        ))}
        <div className="flex items-center gap-2 px-1.5 text-tiny text-ink-2">
          <span aria-hidden="true">Hidden</span>
          <Switch label="Show hidden folders" checked={hidden} onChange={setHidden} />
        </div>
      </header>
      {error !== null && (
        <div className="p-2">
          <ErrorNote error={error} title="The folders are not shown." />
        </div>
      )}
      <ul className="h-60 overflow-y-auto p-1.5">
        {data?.folders.length === 0 && <li className="p-2 text-small text-ink-3">No folders are in here.</li>}
        {data?.folders.map((folder) => (
          <li key={folder.path}>
            <button
              type="button"
              onClick={() => enter(folder.path)}
              onDoubleClick={onConfirm}
              className={classes(
                'reach flex h-8 w-full items-center gap-2 rounded-control px-2 text-left text-small hover:bg-hover',
                folder.hidden && 'text-ink-2',
              )}
            >
              {folder.repository ? (
                <FolderGit2 size={15} aria-hidden="true" className="text-accent" />
              ) : (
                <Folder size={15} aria-hidden="true" className="text-ink-3" />
              )}
              <span className="truncate">{showName(folder.name)}</span>
              {folder.repository && <span className="text-tiny text-ink-3">repository</span>}
            </button>
          </li>
        ))}
        {data?.truncated === true && (
          <li className="p-2 text-tiny text-ink-3">
            Only the first {data.folders.length} are shown. Type the path.
          </li>
        )}
      </ul>
    </section>
  );
}
